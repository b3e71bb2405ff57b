using MLNet.Procrustean.Networks;

namespace MLNet.Procrustean.Training;

/// <summary>The weights worth returning to: those of the last good epoch, and of the best one where that is asked for.</summary>
internal sealed class KeptWeights(KeptEpoch keep) : IDisposable
{
    public WeightSnapshot? LastGood { get; private set; }

    public WeightSnapshot? Best { get; private set; }

    /// <summary>The macro accuracy of <see cref="Best"/> on the validation images; −∞ without it.</summary>
    public double BestAccuracy { get; private set; } = double.NegativeInfinity;

    /// <summary>Restores what was kept before; the snapshots are disposed with this.</summary>
    public void Restore(WeightSnapshot? lastGood, WeightSnapshot? best, double bestAccuracy) =>
        (LastGood, Best, BestAccuracy) = (lastGood, best, bestAccuracy);

    /// <summary>Records an epoch that ended well.</summary>
    public void Offer(StagedNetwork network, double? validationAccuracy)
    {
        LastGood?.Dispose();
        LastGood = WeightSnapshot.Of(network);
        if (keep == KeptEpoch.Best && validationAccuracy > BestAccuracy)
        {
            Best?.Dispose();
            Best = WeightSnapshot.Of(network);
            BestAccuracy = validationAccuracy.Value;
        }
    }

    public void RestoreLastGood(StagedNetwork network) => (Best ?? LastGood)?.Restore(network);

    public void RestoreChosen(StagedNetwork network) => Best?.Restore(network);

    public void Dispose()
    {
        LastGood?.Dispose();
        Best?.Dispose();
    }
}

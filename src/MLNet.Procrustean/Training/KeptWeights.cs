using MLNet.Procrustean.Networks;

namespace MLNet.Procrustean.Training;

/// <summary>The weights worth returning to: those of the last good epoch, and of the best one where that is asked for.</summary>
internal sealed class KeptWeights(KeptEpoch keep) : IDisposable
{
    private WeightSnapshot? lastGood;
    private WeightSnapshot? best;
    private double bestAccuracy = double.NegativeInfinity;

    /// <summary>Takes note of an epoch that ended well.</summary>
    public void Offer(StagedNetwork network, double? validationAccuracy)
    {
        lastGood?.Dispose();
        lastGood = WeightSnapshot.Of(network);
        if (keep == KeptEpoch.Best && validationAccuracy > bestAccuracy)
        {
            best?.Dispose();
            best = WeightSnapshot.Of(network);
            bestAccuracy = validationAccuracy.Value;
        }
    }

    public void RestoreLastGood(StagedNetwork network) => (best ?? lastGood)?.Restore(network);

    public void RestoreChosen(StagedNetwork network) => best?.Restore(network);

    public void Dispose()
    {
        lastGood?.Dispose();
        best?.Dispose();
    }
}

using MLNet.Procrustean.Networks;

namespace MLNet.Procrustean.Training;

/// <summary>
/// The weights worth returning to: those of the last good epoch, of the best one where that is asked for, and those before the first where
/// the model takes a share of them.
/// </summary>
/// <param name="keep">Which epoch's weights are chosen at the end.</param>
/// <param name="initialShare">The share of the weights before the first epoch in those that are chosen, from 0 to 1.</param>
internal sealed class KeptWeights(KeptEpoch keep, double initialShare = 0) : IDisposable
{
    /// <summary>The weights before the first epoch; null where none of them is taken.</summary>
    public WeightSnapshot? Initial { get; private set; }

    public WeightSnapshot? LastGood { get; private set; }

    public WeightSnapshot? Best { get; private set; }

    /// <summary>The macro accuracy of <see cref="Best"/> on the validation images; −∞ without it.</summary>
    public double BestAccuracy { get; private set; } = double.NegativeInfinity;

    /// <summary>Restores what was kept before; the snapshots are disposed with this.</summary>
    public void Restore(WeightSnapshot? initial, WeightSnapshot? lastGood, WeightSnapshot? best, double bestAccuracy) =>
        (Initial, LastGood, Best, BestAccuracy) = (initial, lastGood, best, bestAccuracy);

    /// <summary>Records the weights before the first epoch.</summary>
    public void Begin(StagedNetwork network) => Initial = initialShare > 0 ? WeightSnapshot.Of(network) : null;

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

    public void RestoreLastGood(StagedNetwork network) => Restore(network, Best ?? LastGood);

    public void RestoreChosen(StagedNetwork network) => Restore(network, Best);

    public void Dispose()
    {
        Initial?.Dispose();
        LastGood?.Dispose();
        Best?.Dispose();
    }

    // Null for the weights that the network has.
    private void Restore(StagedNetwork network, WeightSnapshot? weights)
    {
        weights?.Restore(network);
        Initial?.BlendInto(network, initialShare);
    }
}

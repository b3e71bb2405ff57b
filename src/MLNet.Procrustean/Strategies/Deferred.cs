using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>One strategy for the first epochs and another one from a given epoch on.</summary>
/// <remarks>
/// With <see cref="PlainTraining"/> before and <see cref="ClassBalancedWeights"/> after it is deferred re-weighting (DRW): Cao, Wei,
/// Gaidon, Arechiga, Ma, "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss", NeurIPS 2019,
/// https://arxiv.org/abs/1906.07413, algorithm 1, which defers to epoch 160 of 200. The learning rate follows its own schedule throughout.
/// While the head is trained first, the same share of <see cref="ImageClassifierOptions.HeadEpochs"/> lies before the change: with 4 epochs
/// and 60 of the head, a change in epoch 4 is in the head's epoch 46 too.
/// </remarks>
/// <param name="Before">The strategy of the first epochs.</param>
/// <param name="After">The strategy of the others.</param>
/// <param name="FromEpoch">The first epoch of <paramref name="After"/>, counted from 1: at least 2, at most the number of epochs.</param>
public sealed record Deferred(TrainingStrategy Before, TrainingStrategy After, int FromEpoch) : TrainingStrategy
{
    /// <summary>The strategy of the first epochs.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TrainingStrategy Before
    {
        get;
        init => field = Require.NotNull(value);
    } = Require.NotNull(Before);

    /// <summary>The strategy of the others.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TrainingStrategy After
    {
        get;
        init => field = Require.NotNull(value);
    } = Require.NotNull(After);

    /// <summary>The first epoch of <see cref="After"/>, counted from 1: at least 2, at most the number of epochs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is less than 2.</exception>
    public int FromEpoch
    {
        get;
        init => field = Require.AtLeast(value, 2, nameof(FromEpoch));
    } = Require.AtLeast(FromEpoch, 2, nameof(FromEpoch)); // this assignment does not call the init accessor

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return (epoch.Number < FromEpoch ? Before : After).RuleFor(epoch);
    }

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs)
    {
        if (FromEpoch > epochs)
        {
            throw new ArgumentException(
                $"{nameof(Deferred)} changes its strategy in epoch {FromEpoch}, but the training ends after {epochs} epochs; "
                    + "choose an earlier epoch or train longer."
            );
        }

        Before.Check(backbone, epochs);
        After.Check(backbone, epochs);
    }
}

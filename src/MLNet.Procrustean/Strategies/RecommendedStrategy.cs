using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// What is trained when nothing else is chosen: weak Major Feature Weakening with margins, and class-balanced weights in the last fifth.
/// </summary>
/// <remarks>
/// <para>
/// It is made of <see cref="MajorFeatureWeakening"/> (https://arxiv.org/abs/2104.01769) with λ_min = 0.9 before the third stage and
/// <see cref="LabelDistributionAwareMargin"/> with deferred <see cref="ClassBalancedWeights"/> (LDAM-DRW,
/// https://arxiv.org/abs/1906.07413):
/// </para>
/// <code>
/// new Deferred(
///     new Combined(new MajorFeatureWeakening { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) }, new LabelDistributionAwareMargin()),
///     new ClassBalancedWeights { Of = new LabelDistributionAwareMargin() },
///     FromEpoch: 1 + 4 * epochs / 5) // LDAM-DRW defers to epoch 160 of 200
/// </code>
/// <para>
/// Of the strategies measured it was first or within three points of the first at every imbalance, and the only one with feature mixing
/// that did no harm at a mild one; docs/evidence.md has the tables. A later version may recommend another: write the parts out where a
/// training must stay as it is. Equal counts are trained plainly.
/// </para>
/// </remarks>
public sealed record RecommendedStrategy : TrainingStrategy
{
    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return epoch.Classes.IsBalanced ? new() : Parts(epoch.Total).RuleFor(epoch);
    }

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs) => Parts(epochs).Check(backbone, epochs);

    /// <summary>The strategy that it comes to.</summary>
    /// <param name="epochs">The number of epochs of the training, at least 1; a single one has no last fifth.</param>
    /// <returns>A strategy that trains unequal counts in the same way.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no epochs.</exception>
    public static TrainingStrategy Parts(int epochs)
    {
        var margins = new LabelDistributionAwareMargin();
        var before = new Combined(new MajorFeatureWeakening { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) }, margins);
        return Require.AtLeast(epochs, 1, nameof(epochs)) == 1
            ? before
            : new Deferred(before, new ClassBalancedWeights { Of = margins }, Math.Max(2, 1 + (4 * epochs / 5)));
    }
}

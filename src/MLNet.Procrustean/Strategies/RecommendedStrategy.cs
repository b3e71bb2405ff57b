using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// The default strategy: weak Major Feature Weakening with margins and a draw that favours rare classes a little; in the last fifth of the
/// epochs, margins and a class-balanced draw. With fewer than 2,000 images, class-balanced weights take the place of the draws.
/// </summary>
/// <remarks>
/// <para>
/// It combines <see cref="MajorFeatureWeakening"/> (https://arxiv.org/abs/2104.01769), with λ_min = 0.9 before the third stage,
/// <see cref="LabelDistributionAwareMargin"/> (https://arxiv.org/abs/1906.07413) and <see cref="ClassBalancedSampling"/>
/// (https://arxiv.org/abs/1910.09217), deferred as LDAM-DRW defers its weights:
/// </para>
/// <code>
/// var margins = new LabelDistributionAwareMargin();
/// var mixing = new MajorFeatureWeakening { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) };
/// new Deferred(
///     new Combined(mixing, new Combined(new ClassBalancedSampling { Q = 0.75 }, margins)),
///     new Combined(new ClassBalancedSampling(), margins),
///     FromEpoch: 1 + 4 * epochs / 5) // LDAM-DRW defers to epoch 160 of 200
///
/// new Deferred(new Combined(mixing, margins), new ClassBalancedWeights { Of = margins }, FromEpoch: 1 + 4 * epochs / 5) // few images
/// </code>
/// <para>
/// It was chosen with 15 epochs. Over hundreds of them its draws repeat the images of rare classes too often: with 200 epochs and 20 images
/// of each, deferred weights (LDAM-DRW) were 9 points ahead (docs/results/two-hundred-epochs.md).
/// </para>
/// <para>
/// docs/results/default.md has the candidates and what each of them reached on held-out images. A later version may recommend another
/// strategy: write the parts out where a training must stay the same. Equal counts give plain training.
/// </para>
/// </remarks>
public sealed record RecommendedStrategy : TrainingStrategy
{
    // With a tenth of the images of the other sets, drawing them again and again was measured to do harm.
    private const long EnoughToDraw = 2_000;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return epoch.Classes.IsBalanced ? new() : Parts(epoch.Total, epoch.Classes.Total).RuleFor(epoch);
    }

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs)
    {
        Parts(epochs, EnoughToDraw - 1).Check(backbone, epochs);
        Parts(epochs, EnoughToDraw).Check(backbone, epochs);
    }

    /// <summary>The combination that this strategy stands for.</summary>
    /// <param name="epochs">The number of epochs of the training, at least 1; a single one has no last fifth.</param>
    /// <param name="images">The number of training images.</param>
    /// <returns>A strategy that trains unequal counts in the same way.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no epochs.</exception>
    public static TrainingStrategy Parts(int epochs, long images)
    {
        var margins = new LabelDistributionAwareMargin();
        var mixing = new MajorFeatureWeakening { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) };
        var draws = images >= EnoughToDraw;
        var before = new Combined(mixing, draws ? new Combined(new ClassBalancedSampling { Q = 0.75 }, margins) : margins);
        TrainingStrategy after = draws ? new Combined(new ClassBalancedSampling(), margins) : new ClassBalancedWeights { Of = margins };
        return Require.AtLeast(epochs, 1, nameof(epochs)) == 1 ? before : new Deferred(before, after, Math.Max(2, 1 + (4 * epochs / 5)));
    }
}

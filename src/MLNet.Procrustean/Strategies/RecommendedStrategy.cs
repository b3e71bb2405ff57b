using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// The default strategy: weak Major Feature Weakening with margins and a draw that favours rare classes a little; in the last fifth of the
/// epochs, margins and a class-balanced draw. With fewer than 2,000 images, or so many epochs that the draws would show an image of the
/// rarest class more than 250 times, nothing is drawn, and the last fifth has class-balanced weights.
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
/// // few images, or many epochs
/// new Deferred(new Combined(mixing, margins), new ClassBalancedWeights { Of = margins }, FromEpoch: 1 + 4 * epochs / 5)
/// </code>
/// <para>
/// Draws repeat the images of rare classes. Up to about 200 times that was measured to do good; beyond it they are known by heart, and
/// test images of their classes are not recognised. With E₁ epochs before the change, E₂ after it, n images of C classes and q = 0.75, one
/// of the n_min images of the rarest class comes E₁ · n · n_min^(q−1) / Σ_c n_c^q + E₂ · n / (C · n_min) times: of five classes of 2,000
/// images and five of 20, for example, 189 times in 15 epochs and 377 times in 30.
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

    // 20 images a class among 2,000 of CIFAR-10: draws are ahead with 15 epochs (189 times), level with 20 (252), behind with 30 (377).
    private const double TimesBeforeKnownByHeart = 250;

    private static readonly MajorFeatureWeakening Mixing = new() { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) };
    private static readonly LabelDistributionAwareMargin Margins = new();
    private static readonly ClassBalancedSampling Favouring = new() { Q = 0.75 };
    private static readonly ClassBalancedSampling Balanced = new();

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return epoch.Classes.IsBalanced ? new() : Parts(epoch.Total, epoch.Classes).RuleFor(epoch);
    }

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs)
    {
        Drawn(epochs).Check(backbone, epochs);
        Weighted(epochs).Check(backbone, epochs);
    }

    /// <summary>The combination that this strategy stands for.</summary>
    /// <param name="epochs">The number of epochs of the training, at least 1; a single one has no last fifth.</param>
    /// <param name="classes">The number of training images of each class, n_c.</param>
    /// <returns>A strategy that trains these counts in the same way, where they are unequal.</returns>
    /// <exception cref="ArgumentNullException">There are no counts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no epochs.</exception>
    public static TrainingStrategy Parts(int epochs, ClassCounts classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        Require.AtLeast(epochs, 1, nameof(epochs));
        return classes.Total >= EnoughToDraw && TimesDrawn(epochs, classes) <= TimesBeforeKnownByHeart ? Drawn(epochs) : Weighted(epochs);
    }

    /// <summary>How often draws show an image of the rarest class: E₁ · n · n_min^(q−1) / Σ_c n_c^q + E₂ · n / (C · n_min).</summary>
    internal static double TimesDrawn(int epochs, ClassCounts classes)
    {
        var last = epochs == 1 ? 0 : 1 + epochs - LastFifth(epochs); // E₂; E₁ is the rest
        return ((epochs - last) * InAnEpoch(Favouring.Q)) + (last * InAnEpoch(Balanced.Q));

        double InAnEpoch(double q) => classes.Total * Math.Pow(classes.Smallest, q - 1) / classes.Counts.Sum(n => Math.Pow(n, q));
    }

    private static TrainingStrategy Drawn(int epochs) =>
        WithLastFifth(new Combined(Mixing, new Combined(Favouring, Margins)), new Combined(Balanced, Margins), epochs);

    private static TrainingStrategy Weighted(int epochs) =>
        WithLastFifth(new Combined(Mixing, Margins), new ClassBalancedWeights { Of = Margins }, epochs);

    private static TrainingStrategy WithLastFifth(TrainingStrategy before, TrainingStrategy after, int epochs) =>
        epochs == 1 ? before : new Deferred(before, after, LastFifth(epochs));

    private static int LastFifth(int epochs) => Math.Max(2, 1 + (4 * epochs / 5));
}

using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// Class-balanced sampling: an epoch draws as many images as the training set has, and each class equally often. With
/// <see cref="Deferred"/> it is deferred re-sampling (DRS).
/// </summary>
/// <remarks>
/// <para>
/// One of the samplings of Kang, Xie, Rohrbach, Yan, Gordo, Feng, Kalantidis, "Decoupling Representation and Classifier for Long-Tailed
/// Recognition", ICLR 2020, https://arxiv.org/abs/1910.09217, equation 1, where the probability that the next image is of class c is
/// </para>
/// <para>p_c = n_c^q / Σ_k n_k^q; q = 0 draws all classes equally often, q = 1 in proportion to their counts.</para>
/// <para>
/// Images of rare classes are drawn many times in an epoch, but none of them once more before all of its class were, and classes come at
/// equal distances, so that each mini-batch has its share of them: the class-aware sampling of Shen, Lin, Huang, "Relay Backpropagation for
/// Effective Learning of Deep Convolutional Neural Networks", ECCV 2016, https://arxiv.org/abs/1512.05830, which is that for q = 0. Equal
/// counts, or q = 1, give plain training, where each image is used once per epoch.
/// </para>
/// </remarks>
public sealed record ClassBalancedSampling : TrainingStrategy
{
    /// <summary>q, from 0 (the default) to 1, which is plain training; 0.5 is square-root sampling.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is out of range.</exception>
    public double Q
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Q));
    }

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return epoch.Classes.IsBalanced || Q == 1 ? new() : new() { SamplingWeights = epoch.PerClass(Weight) };
    }

    /// <summary>How often an epoch shows an image of a class with n_c images: n · n_c^(q−1) / Σ_k n_k^q.</summary>
    internal double TimesInAnEpoch(long count, ClassCounts classes) =>
        classes.Total * Weight(count) / classes.Counts.Sum(n => n * Weight(n));

    // The weight of one image: n_c^q of its class, divided equally among the n_c images of the class.
    private double Weight(long count) => Math.Pow(count, Q - 1);
}

using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// Class-balanced draw: an epoch draws as many images as there are, with replacement, and each class equally often. With
/// <see cref="Deferred"/> it is deferred re-sampling (DRS).
/// </summary>
/// <remarks>
/// <para>
/// One of the samplings of Kang, Xie, Rohrbach, Yan, Gordo, Feng, Kalantidis, "Decoupling Representation and Classifier for Long-Tailed
/// Recognition", ICLR 2020, https://arxiv.org/abs/1910.09217, equation 1, where the probability that the next image is of class c is
/// </para>
/// <para>p_c = n_c^q / Σ_k n_k^q; q = 0 draws all classes alike, q = 1 as they are.</para>
/// <para>
/// Images of rare classes come up many times in an epoch. Equal counts, or q = 1, give plain training, where each image comes up once.
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
        // An image has the share of its class, divided among the n_c images of it.
        return epoch.Classes.IsBalanced || Q == 1 ? new() : new() { SamplingWeights = epoch.PerClass(n => Math.Pow(n, Q - 1)) };
    }
}

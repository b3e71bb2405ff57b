using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// Class-dependent temperatures (CDT): in training the logits of rare classes are divided by larger numbers, so that they must grow larger.
/// </summary>
/// <remarks>
/// <para>
/// Ye, Chen, Zhan, Chao, "Identifying and Compensating for Feature Deviation in Imbalanced Deep Learning",
/// https://arxiv.org/abs/2001.01385. The loss of an image with logits z and class y is
/// </para>
/// <para>ℓ = −log( exp(z_y / a_y) / Σ_c exp(z_c / a_c) ), with a_c = (n_max / n_c)^γ.</para>
/// <para>The trained network scores with its plain logits. Equal counts give plain training.</para>
/// </remarks>
public sealed record ClassDependentTemperatures : TrainingStrategy
{
    /// <summary>γ, from 0 to 2. The default is 0.2; 0 is plain training. Published experiments on CIFAR stay below 0.4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is out of range.</exception>
    public double Gamma
    {
        get;
        init => field = Require.Between(value, 0, 2, nameof(Gamma));
    } = 0.2;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (epoch.Classes.IsBalanced || Gamma == 0)
        {
            return new();
        }

        var temperatures = Temperatures(epoch, Gamma);
        return new() { Loss = (logits, labels) => Losses.CrossEntropy(logits / temperatures, labels) };
    }

    /// <summary>a, [C].</summary>
    internal static Tensor Temperatures(EpochContext epoch, double exponent) =>
        epoch.PerClass(n => Math.Pow((double)epoch.Classes.Largest / n, exponent));
}

using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// Logit adjustment: in the loss, τ times the logarithm of its frequency is added to each class's logit, so that the network itself need
/// not favour frequent classes.
/// </summary>
/// <remarks>
/// <para>
/// Menon, Jayasumana, Rawat, Jain, Veit, Kumar, "Long-tail learning via logit adjustment", ICLR 2021, https://arxiv.org/abs/2007.07314,
/// equation 10. The loss of an image with logits z and class y is
/// </para>
/// <para>ℓ = −log softmax(z + τ · log π)_y, with π_c = n_c / n.</para>
/// <para>
/// τ = 1 is also known as the balanced softmax. The trained network scores with its plain logits. Equal counts give plain training.
/// </para>
/// </remarks>
public sealed record LogitAdjustment : TrainingStrategy
{
    /// <summary>τ, from 0 to 10. The default is 1; 0 is plain training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Tau
    {
        get;
        init => field = Require.Between(value, 0, 10, nameof(Tau));
    } = 1;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (epoch.Classes.IsBalanced || Tau == 0)
        {
            return new();
        }

        var shift = Shift(epoch, Tau);
        return new() { Loss = (logits, labels) => Losses.CrossEntropy(logits.Plus(shift), labels) };
    }

    /// <summary>τ · log π, [C].</summary>
    internal static Tensor Shift(EpochContext epoch, double strength) =>
        epoch.PerClass(n => strength * Math.Log((double)n / epoch.Classes.Total));
}

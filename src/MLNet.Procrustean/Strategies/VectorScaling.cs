using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>Vector scaling (VS): temperatures and an additive adjustment of the logits together.</summary>
/// <remarks>
/// <para>
/// Kini, Paraskevas, Oymak, Thrampoulidis, "Label-Imbalanced and Group-Sensitive Classification under Overparameterization", NeurIPS 2021,
/// https://arxiv.org/abs/2103.01550. The loss of an image with logits z and class y is
/// </para>
/// <para>ℓ = −log softmax(z / a + τ · log π)_y, with a_c = (n_max / n_c)^γ and π_c = n_c / n.</para>
/// <para>
/// γ = 0 is <see cref="LogitAdjustment"/>, τ = 0 is <see cref="ClassDependentTemperatures"/>. The trained network scores with its plain
/// logits. Equal counts give plain training.
/// </para>
/// </remarks>
public sealed record VectorScaling : TrainingStrategy
{
    /// <summary>γ of the temperatures, from 0 to 2. The default is 0.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is out of range.</exception>
    public double Gamma
    {
        get;
        init => field = Require.Between(value, 0, 2, nameof(Gamma));
    } = 0.1;

    /// <summary>τ of the additive adjustment, from 0 to 10. The default is 1.</summary>
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
        if (epoch.Classes.IsBalanced || (Gamma == 0 && Tau == 0))
        {
            return new();
        }

        var temperatures = ClassDependentTemperatures.Temperatures(epoch, Gamma); // a, [C]
        var shift = LogitAdjustment.Shift(epoch, Tau); // τ · log π, [C]
        return new() { Loss = (logits, labels) => Losses.CrossEntropy((logits / temperatures).Plus(shift), labels) };
    }
}

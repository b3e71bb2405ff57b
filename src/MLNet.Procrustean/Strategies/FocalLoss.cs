using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// Focal loss: images that are already classified well count less. Within <see cref="ClassBalancedWeights"/> it is the class-balanced focal
/// loss.
/// </summary>
/// <remarks>
/// <para>
/// Lin, Goyal, Girshick, He, Dollár, "Focal Loss for Dense Object Detection", ICCV 2017, https://arxiv.org/abs/1708.02002, equation 4, here
/// with the softmax probability of the class, as is usual in long-tailed recognition, where the paper has a sigmoid for each class. With p
/// = softmax(z):
/// </para>
/// <para>ℓ = −(1 − p_y)^γ · log p_y.</para>
/// <para>It does not depend on the class counts: equal counts do not make it plain training, but γ = 0 does.</para>
/// </remarks>
public sealed record FocalLoss : TrainingStrategy
{
    /// <summary>γ, from 0 to 10. The default is 1; 0 is plain training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is out of range.</exception>
    public double Gamma
    {
        get;
        init => field = Require.Between(value, 0, 10, nameof(Gamma));
    } = 1;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        if (Gamma == 0)
        {
            return new();
        }

        return new()
        {
            Loss = (logits, labels) =>
            {
                var crossEntropy = Losses.CrossEntropy(logits, labels); // −log p_y, [B]
                // 1 − p_y, kept above 0, where the power has an infinite gradient for γ < 1.
                var missing = (-(-crossEntropy).expm1()).AtLeast(1e-7);
                return missing.ToThePower(Gamma) * crossEntropy;
            },
        };
    }
}

using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Mixup: each image and its label are mixed with another one, with one share that is drawn for each mini-batch.</summary>
/// <remarks>
/// <para>
/// Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", ICLR 2018, https://arxiv.org/abs/1710.09412. With λ drawn
/// from Beta(α, α) for each mini-batch and π a random permutation of it:
/// </para>
/// <para>x̃_i = λ · x_i + (1 − λ) · x_{π(i)}, ℓ_i = λ · ℓ(z_i, y_i) + (1 − λ) · ℓ(z_i, y_{π(i)}).</para>
/// <para>It does not depend on the class counts: equal counts do not make it plain training.</para>
/// </remarks>
public sealed record Mixup : TrainingStrategy
{
    /// <summary>
    /// α, from 0.01 to 100. The default is 1, where every share is equally likely; toward 0 nearly all shares are near 0 or 1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Alpha
    {
        get;
        init => field = Require.Between(value, 0.01, 100, nameof(Alpha));
    } = 1;

    /// <summary>
    /// Where features are mixed. The default is the input, as in the paper; elsewhere it is manifold mixup
    /// (https://arxiv.org/abs/1806.05236).
    /// </summary>
    public MixingDepth Depth { get; init; } = MixingDepth.Input;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch) => new() { Mixing = new(Depth, (labels, _, random) =>
            {
                var lambda = Of(BetaDistribution.Draw(Alpha, random), labels); // [B]
                return (lambda, lambda);
            }) };

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs) => Depth.Check(backbone);

    /// <summary>The same share for all images, [B].</summary>
    internal static Tensor Of(double share, Tensor labels) => ones(labels.shape[0], device: labels.device).Times(share);
}

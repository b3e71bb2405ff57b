using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Rules;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Mixes the features of each image with those of another one of the same mini-batch.</summary>
/// <param name="Depth">Where in the network.</param>
/// <param name="Shares">
/// How much of itself each image keeps, decided for each mini-batch: (y, y_π, random) → (λ, μ), with y the labels and y_π those of the
/// images that each one is mixed with, both [B], int64. λ, [B], from 0 to 1, is the share of its own features: h̃_i = λ_i · h_i + (1 − λ_i)
/// · h_{π(i)}. μ, [B], from 0 to 1, is the share of its own label: ℓ_i = μ_i · ℓ(z_i, y_i) + (1 − μ_i) · ℓ(z_i, y_{π(i)}); null where each
/// image keeps its label. The generator is on the CPU.
/// </param>
/// <param name="PartnerGradient">Whether the gradient also flows through the share of the other image.</param>
public sealed record FeatureMixing(
    MixingDepth Depth,
    Func<Tensor, Tensor, Generator, (Tensor Lambda, Tensor? Mu)> Shares,
    bool PartnerGradient = true
)
{
    /// <summary>h̃_i = λ_i · h_i + (1 − λ_i) · h_{π(i)}.</summary>
    /// <param name="features">h, [B, ...].</param>
    /// <param name="lambda">λ, [B].</param>
    /// <param name="partners">π, [B], int64: the row of the image that each one is mixed with.</param>
    /// <param name="partnerGradient">Whether the gradient also flows through h_{π(i)}.</param>
    /// <returns>h̃, [B, ...]; a row with λ = 1 is unchanged, bit for bit.</returns>
    public static Tensor Mix(Tensor features, Tensor lambda, Tensor partners, bool partnerGradient)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(lambda);
        var own = features.dim() == 4 ? features.permute(0, 2, 3, 1) : features; // [B, H, W, C]: rows in one piece in memory
        var other = (partnerGradient ? own : own.detach()).index_select(0, partners);
        var share = lambda.to(features.dtype).reshape([-1, .. Enumerable.Repeat(1L, (int)own.dim() - 1)]);
        var mixed = other.lerp_(own, share);
        return features.dim() == 4 ? mixed.permute(0, 3, 1, 2) : mixed;
    }

    /// <summary>The loss of each image, [B]: μ_i · ℓ(z_i, y_i) + (1 − μ_i) · ℓ(z_i, y_{π(i)}), or ℓ(z_i, y_i) where μ is null.</summary>
    internal static Tensor Loss(Func<Tensor, Tensor, Tensor> loss, Tensor logits, Tensor labels, Tensor partners, Tensor? mu) =>
        mu is null ? loss(logits, labels) : lerp(loss(logits, labels.index_select(0, partners)), loss(logits, labels), mu);

    /// <summary>Draws how the images of one mini-batch are mixed: the stage, the partners π, and the shares λ and μ.</summary>
    internal DrawnMixing Draw(Tensor labels, int residualStages, Generator random)
    {
        var partners = randperm(labels.shape[0], ScalarType.Int64, generator: random).OnDevice(labels.device);
        var stage = Depth.Draw(residualStages, random);
        var (lambda, mu) = Shares(labels, labels.index_select(0, partners), random);
        return new(stage, partners, lambda, mu);
    }
}

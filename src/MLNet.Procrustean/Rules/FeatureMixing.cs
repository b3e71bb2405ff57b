using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Rules;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Mixes the features of each image with those of another one of the same mini-batch.</summary>
/// <param name="Depth">Where in the network.</param>
/// <param name="Shares">How much of itself each image keeps, decided for each mini-batch.</param>
/// <param name="PartnerGradient">Whether the gradient also flows through the share of the other image.</param>
public sealed record FeatureMixing(MixingDepth Depth, SharesOfBatch Shares, bool PartnerGradient = true)
{
    /// <summary>h̃_i = λ_i · h_i + (1 − λ_i) · h_{π(i)}.</summary>
    /// <param name="features">h, [B, ...].</param>
    /// <param name="weights">λ, [B].</param>
    /// <param name="partners">π, [B], int64: the row of the image that each one is mixed with.</param>
    /// <param name="partnerGradient">Whether the gradient also flows through h_{π(i)}.</param>
    /// <returns>h̃, [B, ...]; a row with λ = 1 comes back bit for bit.</returns>
    public static Tensor Mix(Tensor features, Tensor weights, Tensor partners, bool partnerGradient)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(weights);
        var own = features.dim() == 4 ? features.permute(0, 2, 3, 1) : features; // [B, H, W, C]: rows in one piece in memory
        var other = (partnerGradient ? own : own.detach()).index_select(0, partners);
        var share = weights.to(features.dtype).reshape([-1, .. Enumerable.Repeat(1L, (int)own.dim() - 1)]);
        var mixed = other.lerp_(own, share);
        return features.dim() == 4 ? mixed.permute(0, 3, 1, 2) : mixed;
    }

    /// <summary>Draws where and with whom the images of one mini-batch are mixed.</summary>
    internal BatchMixing Draw(Tensor labels, int residualStages, Generator random)
    {
        var partners = randperm(labels.shape[0], ScalarType.Int64, generator: random).OnDevice(labels.device);
        var stage = Depth.Draw(residualStages, random);
        return new BatchMixing(stage, Shares(labels, labels.index_select(0, partners), random), partners, PartnerGradient);
    }
}

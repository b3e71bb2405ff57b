using static TorchSharp.torch;

namespace MLNet.Procrustean.Rules;

/// <summary>The mixing of one mini-batch.</summary>
/// <param name="Stage">Before which stage.</param>
/// <param name="Shares">λ and μ.</param>
/// <param name="Partners">π, [B].</param>
/// <param name="PartnerGradient">Whether the gradient also flows through the partner.</param>
internal sealed record BatchMixing(int Stage, MixingShares Shares, Tensor Partners, bool PartnerGradient)
{
    /// <summary>h̃ of h.</summary>
    public Tensor Apply(Tensor features) => FeatureMixing.Mix(features, Shares.Features, Partners, PartnerGradient);

    /// <summary>The loss of each image, [B], with mixed labels where the shares say so.</summary>
    public Tensor Loss(Func<Tensor, Tensor, Tensor> loss, Tensor logits, Tensor labels) =>
        Shares.Labels is { } own ? lerp(loss(logits, labels.index_select(0, Partners)), loss(logits, labels), own) : loss(logits, labels);
}

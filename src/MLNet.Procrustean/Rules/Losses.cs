using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Losses per image, as functions of logits and labels.</summary>
public static class Losses
{
    /// <summary>Cross entropy: ℓ_i = −log softmax(z_i)_{y_i}.</summary>
    /// <param name="logits">z, [B, C].</param>
    /// <param name="labels">y, [B], int64.</param>
    /// <returns>[B].</returns>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels) =>
        nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);
}

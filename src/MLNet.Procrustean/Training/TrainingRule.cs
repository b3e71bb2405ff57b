using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>How one epoch is trained; as it comes, plain training.</summary>
public sealed record TrainingRule
{
    /// <summary>How features are mixed within a mini-batch; null, the default, mixes nothing.</summary>
    public FeatureMixing? Mixing { get; init; }

    /// <summary>The loss of each image: (logits [B, C], labels [B] int64) → [B]. The default is <see cref="Losses.CrossEntropy"/>; the loop alone takes the mean.</summary>
    public Func<Tensor, Tensor, Tensor> Loss { get; init; } = Losses.CrossEntropy;
}

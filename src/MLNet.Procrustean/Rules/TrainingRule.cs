using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>How one epoch is trained, in six parts; by default, plain training.</summary>
public sealed record TrainingRule
{
    /// <summary>
    /// How features become logits. It is read before the network is built, and must be the same in all epochs. The default is
    /// <see cref="ClassifierHead.Linear"/>.
    /// </summary>
    public ClassifierHead Head { get; init; }

    /// <summary>
    /// A weight for the images of each class, [C], none negative: an epoch draws as many images as the training set has, each in proportion
    /// to the weight of its class. One that is to come e times on average comes ⌊e⌋ or ⌈e⌉ times. Null, the default, takes each image once.
    /// </summary>
    public Tensor? SamplingWeights { get; init; }

    /// <summary>How images are changed so as to make the network err; null, the default, changes nothing.</summary>
    public InputPerturbation? Perturbation { get; init; }

    /// <summary>How features are mixed within a mini-batch; null, the default, mixes nothing.</summary>
    public FeatureMixing? Mixing { get; init; }

    /// <summary>
    /// The loss of each image: (logits [B, C], labels [B] int64) → [B]. The default is <see cref="Losses.CrossEntropy"/>; only the loop
    /// takes the mean.
    /// </summary>
    public Func<Tensor, Tensor, Tensor> Loss { get; init; } = Losses.CrossEntropy;

    /// <summary>
    /// Rewards by which the network is trained in the place of the loss, without perturbation and mixing: all epochs have some or none has.
    /// Null, the default, for no rewards.
    /// </summary>
    public ClassRewards? Rewards { get; init; }
}

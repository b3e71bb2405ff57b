using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

// What is trained of a network that has learnt before, and how far it may move.
public sealed partial record ImageClassifierOptions
{
    private readonly int? frozenStages;
    private readonly int? headEpochs;
    private readonly bool? keepsStatistics;
    private readonly double? initialShare;

    /// <summary>
    /// How many of the network's first parts are not trained: 0 for none, 1 for the stem, 2 for the stem and the first stage, and so on;
    /// 1 + <see cref="Backbone.ResidualStages"/> for all but the head. Their batch normalisation keeps its statistics. The default is 0; in
    /// fine-tuning with few images, all but the last stage and the head.
    /// </summary>
    /// <remarks>
    /// What frozen parts make of an image never changes. It is therefore computed once and kept in bfloat16, in memory, in a temporary file
    /// or beside <see cref="CachePath"/>, where <see cref="Augmentation"/> leaves images as they are, only flips them, or draws
    /// <see cref="Augmentation.Copies"/> once; each epoch then costs only the parts that are trained.
    /// </remarks>
    public int FrozenStages
    {
        get => frozenStages ?? (Defaults.TrainedStages is { } trained ? Backbone.ResidualStages + 1 - trained : 0);
        init => frozenStages = Require.AtLeast(value, 0, nameof(FrozenStages));
    }

    /// <summary>
    /// For how many epochs the head alone is trained before the first epoch, at least 0; the default is 0, and 60 in fine-tuning with few
    /// images. The features of everything before the head are computed once for it, of each image, its mirror image and its
    /// <see cref="Augmentation.Copies"/>.
    /// </summary>
    /// <remarks>
    /// A random head would send random gradients into good features and distort them: Kumar, Raghunathan, Jones, Ma, Liang, "Fine-Tuning
    /// can Distort Pretrained Features and Underperform Out-of-Distribution", ICLR 2022
    /// (<see href="https://arxiv.org/abs/2202.10054">arXiv 2202.10054</see>). These epochs follow the loss and the sampling of
    /// <see cref="Strategy"/>, without its mixing and its perturbation of images, at a learning rate of 0.02 (a fiftieth of that with
    /// <see cref="Optimizer.Adam"/>) that falls by <see cref="LearningRateSchedule"/> over them. In epoch h of the H for the head, the
    /// strategy is asked for the epoch at the same share of the E <see cref="Epochs"/>, h · E / H rounded up, so that what it defers to a
    /// later epoch is deferred here too; then for the epochs of the main training, from 1 to E. They have no <see cref="EpochReport"/>.
    /// </remarks>
    public int HeadEpochs
    {
        get => headEpochs ?? Defaults.HeadEpochs;
        init => headEpochs = Require.AtLeast(value, 0, nameof(HeadEpochs));
    }

    /// <summary>
    /// Whether batch normalisation keeps the statistics that the training begins with, in the parts that are trained too, instead of taking
    /// those of each mini-batch. The default is false, and true in fine-tuning with few images.
    /// </summary>
    public bool KeepsStatistics
    {
        get => keepsStatistics ?? Defaults.KeepsStatistics;
        init => keepsStatistics = value;
    }

    /// <summary>
    /// The share s of the weights before the first epoch, after <see cref="HeadEpochs"/>, in the model's: s · before + (1 − s) · after,
    /// from 0 to 1. The default is 0, and 0.5 in fine-tuning with few images where the head is trained first.
    /// </summary>
    /// <remarks>
    /// Between the two lie weights that are better than both: Wortsman et al., "Robust Fine-Tuning of Zero-Shot Models", CVPR 2022
    /// (<see href="https://arxiv.org/abs/2109.01903">arXiv 2109.01903</see>). The accuracies that epochs report are those of the weights in
    /// training. <see cref="PretrainedWeights"/> bring no head: without <see cref="HeadEpochs"/>, that of the weights before is random, and
    /// no share of them is taken by default.
    /// </remarks>
    public double InitialShare
    {
        get => initialShare ?? (HeadEpochs > 0 ? Defaults.InitialShare : 0);
        init => initialShare = Require.Between(value, 0, 1, nameof(InitialShare));
    }

    /// <summary>
    /// What the learning rate is multiplied by for each part further from the head, above 0 and at most 1: with 0.5, the last stage is
    /// trained at half the rate of the head, the one before it at a quarter. The default is 1.
    /// </summary>
    public double LayerDecay
    {
        get;
        init => field = Require.Between(Require.Positive(value, nameof(LayerDecay)), 0, 1, nameof(LayerDecay));
    } = 1;
}

using Microsoft.ML;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Options;

namespace MLNet.Procrustean;

// The steps of a training, and how it is measured.
public sealed partial record ImageClassifierOptions
{
    private readonly Augmentation? augmentation;
    private readonly int? epochs;
    private readonly int? batchSize;
    private readonly double? learningRate;
    private readonly double? weightDecay;
    private readonly double? maxGradientNorm;
    private readonly bool isMaxGradientNormSet; // also to null, which is a choice of its own

    /// <summary>
    /// Random changes to training images. The default is a crop with 4 pixels of padding and a horizontal flip; in
    /// <see cref="InitialWeights">fine-tuning</see> the padding is 8; with few images, and where the head alone is trained, it is four
    /// <see cref="Augmentation.Copies"/> by random resized crops of at least half of the image and flips.
    /// </summary>
    public Augmentation Augmentation
    {
        get => augmentation ?? Defaults.Augmentation;
        init => augmentation = Require.NotNull(value);
    }

    /// <summary>How often each image is seen, at least 1. The default is 30; in fine-tuning, 4, 8 or 60.</summary>
    /// <remarks>
    /// Too few leave the network where it began. Where the mean of the classes' training accuracies in the last epoch is below a quarter of
    /// the way from chance, 1/C, to 1, or with more than nine classes below 1/√C, a warning in <see cref="MLContext.Log"/> says so and what
    /// to change; not where the training saw fewer than 1,000 images in all its epochs.
    /// </remarks>
    public int Epochs
    {
        get => epochs ?? Defaults.Epochs;
        init => epochs = Require.AtLeast(value, 1, nameof(Epochs));
    }

    /// <summary>
    /// Images per step, at least 2. The default is 64: on imbalanced data many small steps were measured to reach the small classes sooner
    /// than half as many large ones. With fewer than 2,000 training images it is 16, and 32 in fine-tuning.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Change <see cref="LearningRate"/> in proportion. A set of hundreds of thousands of images, or a GPU that small batches leave idle,
    /// may be better off with 128 and 0.1.
    /// </para>
    /// <para>
    /// 30 epochs of a few hundred images in batches of 64 are too few steps for random weights. Therefore a training from scratch on fewer
    /// than 2,000 images takes batches of 16 at a learning rate of 0.0125, unless this option or <see cref="LearningRate"/> is set. Until a
    /// fit knows the number of images, the options show the values for many; <see cref="ForImageCount"/> shows the others. Images that are
    /// held out for validation count here, and not for the limit of <see cref="RecommendedStrategy"/>.
    /// </para>
    /// </remarks>
    public int BatchSize
    {
        get => batchSize ?? Defaults.BatchSize;
        init => batchSize = Require.AtLeast(value, 2, nameof(BatchSize));
    }

    /// <summary>
    /// How many parts a mini-batch is computed in, at least 1, the default; <see cref="BatchSize"/> is at least twice as many.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A step takes one part after the other and changes the weights once, by the gradient of the mean loss over all images of the batch
    /// (gradient accumulation): a large batch then fits in the memory of a small one. The parts are consecutive, and their sizes differ by
    /// one image at most. What a mini-batch decides is decided by each part: the statistics of batch normalisation, whose running values
    /// take the mean over the parts, the images that are mixed with each other, and the normalisation of class weights. So another number
    /// of parts is another training, except for a network without batch normalisation and mixing. A last batch with fewer than two images
    /// for each part joins the batch before it.
    /// </para>
    /// <para>
    /// The parts define the training, and processes only share them: with 4 parts, 1, 2 and 4 <see cref="Replicas"/> train the same model,
    /// bit for bit on processors of one kind with the same number of threads each. So it is for any number of processes that divides the
    /// parts into powers of two. <see cref="DeepQLearning"/> takes 1 part.
    /// </para>
    /// </remarks>
    public int BatchParts
    {
        get;
        init => field = Require.AtLeast(value, 1, nameof(BatchParts));
    } = 1;

    /// <summary>
    /// How the weights are changed. The default is <see cref="Optimizer.Sgd"/>, which the defaults of all other options were chosen for;
    /// <see cref="DeepQLearning"/> was published with <see cref="Optimizer.Adam"/>.
    /// </summary>
    public Optimizer Optimizer
    {
        get;
        init => field = Require.Named(value);
    } = Optimizer.Sgd;

    /// <summary>
    /// The full learning rate, above 0. The default is 0.05, for a batch of 64; with fewer than 2,000 training images 0.0125, for a batch
    /// of 16 (see <see cref="BatchSize"/>); in fine-tuning, 0.01, with few images 0.003, and 0.02 for a head alone. With
    /// <see cref="Optimizer.Adam"/> it is a fiftieth of these: 0.001 for a batch of 64.
    /// </summary>
    public double LearningRate
    {
        get => learningRate ?? TrainingDefaults.RateOf(Optimizer, Defaults.LearningRate);
        init => learningRate = Require.Positive(value, nameof(LearningRate));
    }

    /// <summary>
    /// How the learning rate changes over the training. The default is one epoch of linear warm-up, then a cosine down to 0.
    /// </summary>
    public LearningRateSchedule LearningRateSchedule
    {
        get;
        init => field = Require.NotNull(value);
    } = new CosineSchedule();

    /// <summary>Momentum, from 0 to 1; β₁ of <see cref="Optimizer.Adam"/>, below 1. The default is 0.9.</summary>
    public double Momentum
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Momentum));
    } = 0.9;

    /// <summary>
    /// Weight decay on all weights that are trained, from 0 to 1: L2 or, with <see cref="Optimizer.Adam"/>, decoupled from the gradient.
    /// The default is 0.0002; in fine-tuning with few images, 0.001.
    /// </summary>
    public double WeightDecay
    {
        get => weightDecay ?? Defaults.WeightDecay;
        init => weightDecay = Require.Between(value, 0, 1, nameof(WeightDecay));
    }

    /// <summary>
    /// The largest norm of the gradient, over all trained weights together, above 0: a longer gradient is scaled down to it. Null is no
    /// limit, and the default; in fine-tuning with few images the default is 1, without which some of those trainings diverged.
    /// </summary>
    /// <remarks>
    /// g ← g · min(1, c / ‖g‖) before each step (arXiv 1211.5063). It helps where a training diverges at a learning rate that suits it
    /// otherwise.
    /// </remarks>
    public double? MaxGradientNorm
    {
        get => isMaxGradientNormSet ? maxGradientNorm : Defaults.MaxGradientNorm;
        init
        {
            maxGradientNorm = value is { } given ? Require.Positive(given, nameof(MaxGradientNorm)) : null;
            isMaxGradientNormSet = true;
        }
    }

    /// <summary>
    /// The precision of the convolutions in training. The default is <see cref="Precision.Auto"/>: bfloat16 where the processor or the GPU
    /// has it. A trained model scores in single precision.
    /// </summary>
    public Precision Precision
    {
        get;
        init => field = Require.Named(value);
    } = Precision.Auto;

    /// <summary>Images to measure each epoch by, with the columns of the training data; null, the default, for none.</summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>
    /// The share of the training images to hold out of each class and measure each epoch by, from 0 (none, the default) to 0.9.
    /// </summary>
    public double ValidationSetFraction
    {
        get;
        init => field = Require.Between(value, 0, 0.9, nameof(ValidationSetFraction));
    }

    /// <summary>Which epoch's weights become the model. The default is the last one's; the best one needs validation images.</summary>
    public KeptEpoch Keep
    {
        get;
        init => field = Require.Named(value);
    } = KeptEpoch.Last;

    /// <summary>
    /// How to diagnose each class during the training, reported in <see cref="EpochReport.Diagnostics"/>; null, the default, for no
    /// diagnosis.
    /// </summary>
    public TrainingDiagnostics? Diagnostics { get; init; }

    /// <summary>
    /// The seed of everything random; null, the default, draws one from the <see cref="MLContext"/>, for each fit another one. Where the
    /// context has a seed, they are the same ones, in the same order, each time that the program runs.
    /// </summary>
    public int? Seed { get; init; }
}

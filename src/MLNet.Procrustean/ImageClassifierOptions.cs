using Microsoft.ML;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>Everything that can be chosen about a training. It is checked as it is made, and training never changes it.</summary>
public sealed record ImageClassifierOptions
{
    /// <summary>The column of the classes, a key. The default is <c>Label</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty; so for all column names.</exception>
    public string LabelColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "Label";

    /// <summary>The column of the images: paths (text), bytes of encoded images, or <see cref="Microsoft.ML.Data.MLImage"/>. The default is <c>ImagePath</c>.</summary>
    public string ImageColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "ImagePath";

    /// <summary>The column that the model adds with the probability of each class, a vector of C floats. The default is <c>Score</c>.</summary>
    public string ScoreColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "Score";

    /// <summary>The column that the model adds with the most probable class, a key. The default is <c>PredictedLabel</c>.</summary>
    public string PredictedLabelColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "PredictedLabel";

    /// <summary>How to train on imbalanced classes. The default is <see cref="RecommendedStrategy"/>: feature weakening with margins, then class-balanced weights; equal counts are trained plainly.</summary>
    /// <exception cref="ArgumentNullException">The value is null; so for all reference types below that cannot be null.</exception>
    public TrainingStrategy Strategy
    {
        get;
        init => field = Require.NotNull(value);
    } = new RecommendedStrategy();

    /// <summary>The network. The default is <see cref="CifarResNet"/> of depth 20; <see cref="ResNet"/> is for photos.</summary>
    public Backbone Backbone
    {
        get;
        init => field = Require.NotNull(value);
    } = new CifarResNet();

    /// <summary>
    /// Whether the first convolution keeps the principal directions of the training images' patches, instead of being trained (patch whitening, arXiv 2404.00498). Null, the
    /// default, is true for colour images, where it was measured to bring a higher macro accuracy, and false for grey ones, for a <see cref="CifarResNet"/>
    /// narrower than 16 or wider than 54, and with <see cref="InitialWeights"/>.
    /// </summary>
    /// <remarks>With <see cref="InitialWeights"/>, true keeps the first convolution of the model. Filters for which the images have no direction left keep what was drawn.</remarks>
    public bool? WhitenedStem { get; init; }

    /// <summary>What <see cref="WhitenedStem"/> comes to.</summary>
    public bool WhitensStem => WhitenedStem ?? (Channels == 3 && Backbone.SuitsWhitening && InitialWeights is null);

    /// <summary>The side to which images are resized, in pixels, from 16 to 1024 and within what the backbone takes. The default is 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range; so for all numbers and enumerations below.</exception>
    public int ImageSize
    {
        get;
        init => field = Require.Between(value, 16, 1024, nameof(ImageSize));
    } = 64;

    /// <summary>The channels that the network sees: 3 for colour (the default), 1 for grey.</summary>
    public int Channels
    {
        get;
        init => field = Require.OneOf(value, [1, 3], nameof(Channels));
    } = 3;

    /// <summary>How an image that is not square becomes so. The default is <see cref="AspectRatio.Squash"/>.</summary>
    public AspectRatio AspectRatio
    {
        get;
        init => field = Require.Named(value);
    } = AspectRatio.Squash;

    /// <summary>What to do with images that cannot be read. The default is to refuse them. In scoring they are always refused.</summary>
    public BadImages BadImages
    {
        get;
        init => field = Require.Named(value);
    } = BadImages.Refuse;

    /// <summary>A file that keeps the decoded images for the next training on them, which then starts at once; null, the default, for none.</summary>
    /// <remarks>
    /// The images are trained on from the file, so that they may be more than fit in memory; it takes <see cref="ImageSize"/>² × <see cref="Channels"/> bytes for each.
    /// A cache of other images is made anew: where the rows, their order or the preprocessing are others, or a file has another path, size or
    /// time of last writing (of a column of bytes: other bytes). Each image is checked as it is read. A file that is no such cache is never overwritten. Where the
    /// cache cannot be written, the images are decoded into memory, with a warning, unless they do not fit there. <see cref="ValidationSet"/> has a second one,
    /// with <c>.validation</c> at the end of its name. Trainings on other rows, such as the folds of a cross-validation, take a file each.
    /// With a column of <see cref="Microsoft.ML.Data.MLImage"/> the fit is refused.
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string? CachePath
    {
        get;
        init => field = Require.PathOrNull(value, "a file, or null for none");
    }

    /// <summary>Random changes to training images. The default is a crop with 4 pixels of padding and a horizontal flip.</summary>
    public Augmentation Augmentation
    {
        get;
        init => field = Require.NotNull(value);
    } = new();

    /// <summary>How often each image is seen, at least 1. The default is 30.</summary>
    public int Epochs
    {
        get;
        init => field = Require.AtLeast(value, 1, nameof(Epochs));
    } = 30;

    /// <summary>Images per step, at least 2. The default is 64: on imbalanced data many small steps were measured to reach the small classes sooner than half as many large ones.</summary>
    /// <remarks>Change <see cref="LearningRate"/> in proportion. A set of hundreds of thousands of images, or a GPU that small batches leave idle, may be better off with 128 and 0.1.</remarks>
    public int BatchSize
    {
        get;
        init => field = Require.AtLeast(value, 2, nameof(BatchSize));
    } = 64;

    /// <summary>The full learning rate of stochastic gradient descent, above 0. The default is 0.05, for a batch of 64.</summary>
    public double LearningRate
    {
        get;
        init => field = Require.Positive(value, nameof(LearningRate));
    } = 0.05;

    /// <summary>How the learning rate changes over the training. The default is one epoch of linear warm-up, then a cosine down to 0.</summary>
    public LearningRateSchedule LearningRateSchedule
    {
        get;
        init => field = Require.NotNull(value);
    } = new CosineSchedule();

    /// <summary>Momentum, from 0 to 1. The default is 0.9.</summary>
    public double Momentum
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Momentum));
    } = 0.9;

    /// <summary>Weight decay (L2) on all weights that are trained, from 0 to 1. The default is 0.0002.</summary>
    public double WeightDecay
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(WeightDecay));
    } = 2e-4;

    /// <summary>The longest gradient, over all weights that are trained together, above 0: a longer one is shortened to it. Null, the default, for any length.</summary>
    /// <remarks>g ← g · min(1, c / ‖g‖) before each step (arXiv 1211.5063). It helps where a training diverges at a learning rate that suits it otherwise.</remarks>
    public double? MaxGradientNorm
    {
        get;
        init => field = value is { } given ? Require.Positive(given, nameof(MaxGradientNorm)) : null;
    }

    /// <summary>The precision of the convolutions in training. The default is <see cref="Precision.Auto"/>: bfloat16 where the processor or the GPU has it. A trained model scores in single precision.</summary>
    public Precision Precision
    {
        get;
        init => field = Require.Named(value);
    } = Precision.Auto;

    /// <summary>Images to measure each epoch by, with the columns of the training data; null, the default, for none.</summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>The share of the training images to hold out of each class and measure each epoch by, from 0 (none, the default) to 0.9.</summary>
    public double ValidationSetFraction
    {
        get;
        init => field = Require.Between(value, 0, 0.9, nameof(ValidationSetFraction));
    }

    /// <summary>Which epoch's weights become the model. The default is the last one's; the best one takes validation images.</summary>
    public KeptEpoch Keep
    {
        get;
        init => field = Require.Named(value);
    } = KeptEpoch.Last;

    /// <summary>How to diagnose each class while it is trained, told in <see cref="EpochReport.Diagnostics"/>; null, the default, for not at all.</summary>
    public TrainingDiagnostics? Diagnostics { get; init; }

    /// <summary>The seed of everything random; null, the default, draws one from the <see cref="MLContext"/>, the same one each time if that has a seed.</summary>
    public int? Seed { get; init; }

    /// <summary>Told of each epoch as it ends, on the training thread unless it brings its own; null, the default, for nobody.</summary>
    public IProgress<EpochReport>? Progress { get; init; }

    /// <summary>Stops the training within one step; <see cref="OnCancel"/> says what becomes of it.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What a cancelled training leads to: <see cref="OperationCanceledException"/>, the default, or a model with the best weights so far.</summary>
    public CancellationOutcome OnCancel
    {
        get;
        init => field = Require.Named(value);
    } = CancellationOutcome.Throw;

    /// <summary>
    /// A folder for checkpoints, from which an interrupted training goes on; null, the default, for none. It is made where there is none, and serves one
    /// training at a time.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A checkpoint is written at the end of each epoch, every <see cref="CheckpointInterval"/> within one, and when the training is cancelled, also where a model
    /// is returned then (<see cref="OnCancel"/>). The last two are kept, each three to four times as large as the model; one that is damaged is passed over,
    /// with a warning. Where one cannot be written, the training goes on with a warning.
    /// </para>
    /// <para>
    /// When the same data is fitted with the same options again, the training goes on from the checkpoint, and on a CPU with the same number of threads ends
    /// with the weights of a training that was never interrupted, bit for bit. Its <see cref="ImageClassifierModel.EpochReports"/> hold all epochs;
    /// <see cref="Progress"/> is told of those that end now. Without a <see cref="Seed"/> it has the checkpoint's. Other options (those that change
    /// what is trained; a strategy is compared by its text) or other images are refused with a list of what differs.
    /// </para>
    /// <para>
    /// When the training is over, one finished checkpoint takes the place of the others, as large as the model, so that a process that ends before the
    /// model is saved costs nothing: the same fit gives the same model at once, bit for bit, with its reports (and one that diverged the same
    /// <see cref="TrainingDivergedException"/>). To train anew, delete the folder, or choose another <see cref="Seed"/> or path; without a <see cref="Seed"/>, a further fit in the
    /// same process does so too. A fit with other options (more <see cref="Epochs"/>, say) or on other images is not refused by a finished checkpoint: it
    /// begins anew, and replaces it when it is over itself. <see cref="InitialWeights"/> goes on from a finished model.
    /// </para>
    /// <para>
    /// Cross-validation fits each fold in turn on other data: an interrupted one refuses the checkpoint of its fold, so fit the folds yourself with a folder
    /// for each.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string? CheckpointPath
    {
        get;
        init => field = Require.PathOrNull(value, "a folder, or null for no checkpoints");
    }

    /// <summary>
    /// The most training time to lose within an epoch when the process is killed: a checkpoint is written after the step during which this has passed since
    /// the last one. Not negative; 0 writes one after each step. The default is 10 minutes.
    /// </summary>
    public TimeSpan CheckpointInterval
    {
        get;
        init =>
            field =
                value >= TimeSpan.Zero
                    ? value
                    : throw new ArgumentOutOfRangeException(
                        nameof(CheckpointInterval),
                        value,
                        $"{nameof(CheckpointInterval)} is {value}; it must not be negative."
                    );
    } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A trained or loaded model whose weights the training begins with; null, the default, draws them. The model itself stays as it is, and yours to
    /// dispose after the fit.
    /// </summary>
    /// <remarks>
    /// It has the same classes in the same order, <see cref="Backbone"/>, head, <see cref="ImageSize"/>, <see cref="Channels"/> and <see cref="AspectRatio"/>; else
    /// the fit refuses it with a list of what differs. Images are normalised as they were for the model. The optimizer and the learning rate begin anew:
    /// to refine a model on more images of the same kind, a tenth of its learning rate is a good first try.
    /// </remarks>
    public ImageClassifierModel? InitialWeights { get; init; }

    internal ImageShape Shape =>
        new()
        {
            Size = ImageSize,
            Channels = Channels,
            Aspect = AspectRatio,
        };

    /// <summary>Refuses options that contradict each other.</summary>
    internal void CheckTogether()
    {
        if (ImageSize < Backbone.SmallestImage || ImageSize > Backbone.LargestImage)
        {
            throw new ArgumentException(
                $"{nameof(ImageSize)} is {ImageSize}, and the backbone {Backbone.Name} takes images of {Backbone.SmallestImage} to {Backbone.LargestImage} pixels; change one of them."
            );
        }

        Strategy.Check(Backbone, Epochs);
        if (ValidationSet is not null && ValidationSetFraction > 0)
        {
            throw new ArgumentException($"Both {nameof(ValidationSet)} and {nameof(ValidationSetFraction)} are given; give one of them.");
        }

        if (Keep == KeptEpoch.Best && ValidationSet is null && ValidationSetFraction == 0)
        {
            throw new ArgumentException(
                $"{nameof(Keep)} is {nameof(KeptEpoch.Best)}, which takes validation images; give {nameof(ValidationSet)} or {nameof(ValidationSetFraction)}."
            );
        }
    }
}

using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Options;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean;

/// <summary>The options of a training. Each is checked when it is set, and training never changes them.</summary>
public sealed partial record ImageClassifierOptions
{
    private static readonly CifarResNet DefaultBackbone = new();
    private readonly Backbone? backbone;
    private readonly int? imageSize;
    private readonly int? channels;
    private readonly AspectRatio? aspectRatio;
    private readonly TrainingStrategy? strategy;
    private readonly bool? averageFlips;

    /// <summary>The column of the classes, a key. The default is <c>Label</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty; this holds for all column names.</exception>
    public string LabelColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "Label";

    /// <summary>
    /// The column of the images: paths (text), bytes of encoded images, or <see cref="Microsoft.ML.Data.MLImage"/>. The default is
    /// <c>ImagePath</c>.
    /// </summary>
    /// <remarks>
    /// Images from paths and bytes are turned upright by their EXIF orientation. <see cref="Microsoft.ML.Data.MLImage"/> (from
    /// <c>LoadImages</c>) has lost it, so that photos stored turned stay turned. For photos, give paths, or bytes from
    /// <c>LoadRawImageBytes</c>, and the same kind of column for training and for scoring.
    /// </remarks>
    public string ImageColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "ImagePath";

    /// <summary>
    /// The column that the model adds with the probability of each class, a vector of C floats. The default is <c>Score</c>.
    /// </summary>
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

    /// <summary>
    /// The column that the model adds with the pooled features, the numbers before the classifier, a vector of D floats; null, the default,
    /// for no such column. The names of the columns that a model adds must differ.
    /// </summary>
    /// <remarks>
    /// They serve search for similar images, clustering and outlier detection by further ML.NET steps. D is 512 for <see cref="ResNet"/> of
    /// depths 18 and 34, 2,048 for depth 50, four times the width for <see cref="CifarResNet"/>, 1,024 for <see cref="MobileNetV3"/> and
    /// 256 for <see cref="LeNet"/>. A head that uses cosines (<see cref="ClassifierHead.Cosine"/>) normalises the features to length 1
    /// itself; the column has them before that. All columns come from one pass through the network.
    /// <see cref="ImageClassifierModel.WithFeatureColumn"/> adds the column to a trained model.
    /// </remarks>
    public string? FeatureColumnName
    {
        get;
        init => field = value is null ? null : Require.Name(value);
    }

    /// <summary>
    /// Whether the model scores each image together with its left-right mirror image and gives the mean of the probabilities of both, and
    /// of the features. The default is false; in fine-tuning, true; with the weights of a model, the model's; and false in any case where
    /// <see cref="Augmentation.HorizontalFlip"/> is off. It is saved with the model.
    /// </summary>
    /// <remarks>
    /// Scoring many images takes twice as long; a single image, as in a prediction engine, takes about as long as without. Do not use it
    /// where left and right distinguish classes. The training does not change: its validation images are measured without mirror images.
    /// </remarks>
    public bool AverageFlips
    {
        get => averageFlips ?? (Augmentation.Flips && (InitialWeights?.AverageFlips ?? Defaults.AverageFlips));
        init => averageFlips = value;
    }

    /// <summary>
    /// How to train on imbalanced classes. The default is <see cref="RecommendedStrategy"/>: feature weakening with margins, then
    /// a class-balanced draw (with few images or many epochs, weights); plain training where the largest class has less than twice as many
    /// images as the rarest. In fine-tuning with few images it is <see cref="VectorScaling"/>.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null; this holds for all reference types below that cannot be null.</exception>
    public TrainingStrategy Strategy
    {
        get => strategy ?? Defaults.Strategy;
        init => strategy = Require.NotNull(value);
    }

    /// <summary>
    /// The network. The default is that of <see cref="InitialWeights"/> and, without them, <see cref="CifarResNet"/> of depth 20;
    /// <see cref="ResNet"/> is for photos.
    /// </summary>
    public Backbone Backbone
    {
        get => backbone ?? InitialWeights?.Backbone ?? DefaultBackbone;
        init => backbone = Require.NotNull(value);
    }

    /// <summary>
    /// Whether the first convolution keeps the principal directions of the training images' patches, instead of being trained (patch
    /// whitening, arXiv 2404.00498). Null, the default, is true for colour images, where it was measured to bring a higher macro accuracy,
    /// and false for grey ones, for a <see cref="CifarResNet"/> narrower than 16 or wider than 54, for <see cref="MobileNetV3"/>, for
    /// <see cref="LeNet"/>, which refuses true, and with <see cref="InitialWeights"/>.
    /// </summary>
    /// <remarks>
    /// With <see cref="InitialWeights"/>, true keeps the first convolution of the model. Filters for which no direction of the images is
    /// left keep their random initial weights.
    /// </remarks>
    public bool? WhitenedStem { get; init; }

    /// <summary>The effective value of <see cref="WhitenedStem"/>: whether the first convolution is whitened.</summary>
    public bool WhitensStem => WhitenedStem ?? (Channels == 3 && Backbone.SuitsWhitening && InitialWeights is null);

    /// <summary>
    /// The weights that the training begins with: those of a trained or loaded <see cref="ImageClassifierModel"/>, or
    /// <see cref="PretrainedWeights"/>. Null, the default, draws them at random.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Images are normalised as they were for these weights. <see cref="Backbone"/> and <see cref="Channels"/>, where they are set, must be
    /// those of the weights. The optimizer and the learning rate start from the beginning.
    /// </para>
    /// <para>
    /// With <see cref="PretrainedWeights"/> the training is a fine-tuning: options that are not set have other defaults, which were chosen
    /// for it on held-out images. With 2,000 training images or more, all layers are trained for 8 epochs at 112 pixels. With fewer, the
    /// head is trained first (<see cref="HeadEpochs"/>), and then the last stage with it, for 4 epochs at 320 pixels with
    /// <see cref="VectorScaling"/>, the statistics of batch normalisation stay (<see cref="KeepsStatistics"/>), and the model takes the
    /// mean of the weights before and after (<see cref="InitialShare"/>). <see cref="FrozenStages"/> decides otherwise; to train the head
    /// alone, which takes seconds once the features are computed, freeze all before it. Until a fit knows the number of images, the options
    /// show the values for many.
    /// </para>
    /// <para>
    /// A model has the weights of its head too; they are taken where classes, their order and the kind of head
    /// are the same, else the head is drawn, and the log says so. The model itself is not changed, and remains yours to dispose after the
    /// fit. To refine a model on more images of the same kind, a tenth of its learning rate is a good first try. Where one of the two
    /// trainings has nearly equally many images of each class, <see cref="RecommendedStrategy"/> may ask for another kind of head than the
    /// model has: set its parts.
    /// </para>
    /// </remarks>
    public InitialWeights? InitialWeights { get; init; }

    /// <summary>
    /// The side to which images are resized, in pixels, from 16 to 1024 and within what the backbone takes. The default is 64; in
    /// fine-tuning, 112 or 320; with the weights of a model, the model's.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is out of range; this holds for all numbers and enumerations below.
    /// </exception>
    public int ImageSize
    {
        get => imageSize ?? InitialWeights?.ImageSize ?? Math.Clamp(Defaults.ImageSize, Backbone.SmallestImage, Backbone.LargestImage);
        init => imageSize = Require.Between(value, 16, 1024, nameof(ImageSize));
    }

    /// <summary>
    /// The channels that the network sees: 3 for colour (the default), 1 for grey. With <see cref="InitialWeights"/> the default is theirs.
    /// </summary>
    public int Channels
    {
        get => channels ?? InitialWeights?.Channels ?? 3;
        init => channels = Require.OneOf(value, [1, 3], nameof(Channels));
    }

    /// <summary>
    /// How an image that is not square is made square. The default is <see cref="AspectRatio.Squash"/>; in fine-tuning,
    /// <see cref="AspectRatio.Pad"/>; with the weights of a model, the model's.
    /// </summary>
    public AspectRatio AspectRatio
    {
        get => aspectRatio ?? InitialWeights?.AspectRatio ?? Defaults.Aspect;
        init => aspectRatio = Require.Named(value);
    }

    /// <summary>
    /// What to do with images that cannot be read. The default is to refuse them. The trained model begins with the same choice for scoring
    /// (<see cref="ImageClassifierModel.BadImages"/>), so that evaluation and cross-validation do as training does; a loaded one refuses.
    /// </summary>
    public BadImages BadImages
    {
        get;
        init => field = Require.Named(value);
    } = BadImages.Refuse;

    internal ColumnNames Columns => new(ImageColumnName, ScoreColumnName, PredictedLabelColumnName, FeatureColumnName);

    /// <summary>The number of training images, which some defaults depend on; null where it is not known.</summary>
    internal long? ImageCount { get; init; }

    /// <summary>These options, with the defaults of a training on so many images: a fit does the same with those that it finds.</summary>
    /// <param name="images">The number of training images, at least 1.</param>
    /// <returns>A copy, which shows the values that the training will have.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no images.</exception>
    public ImageClassifierOptions ForImageCount(int images) => this with { ImageCount = Require.AtLeast(images, 1, nameof(images)) };

    private TrainingDefaults Defaults =>
        InitialWeights is not { ArePretrained: true } ? (NeedsSmallBatches ? TrainingDefaults.SmallBatches : TrainingDefaults.FromScratch)
        : frozenStages is { } given ? TrainingDefaults.OfTrainedStages(Backbone.ResidualStages + 1 - given)
        : ImageCount < TrainingDefaults.ImagesForAllLayers ? TrainingDefaults.LastStage
        : TrainingDefaults.AllLayers;

    // Batch and rate belong together: where one is given, the other stays as it is documented for it.
    private bool NeedsSmallBatches =>
        InitialWeights is null && batchSize is null && learningRate is null && ImageCount < TrainingDefaults.ImagesForLargeBatches;

    internal ImageShape Shape =>
        new()
        {
            Size = ImageSize,
            Channels = Channels,
            Aspect = AspectRatio,
        };
}

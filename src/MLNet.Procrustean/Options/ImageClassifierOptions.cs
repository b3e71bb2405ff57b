using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>The options of a training. Each is checked when it is set, and training never changes them.</summary>
public sealed partial record ImageClassifierOptions
{
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
    /// How to train on imbalanced classes. The default is <see cref="RecommendedStrategy"/>: feature weakening with margins, then
    /// class-balanced weights; with equal counts, plain training.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null; this holds for all reference types below that cannot be null.</exception>
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
    /// Whether the first convolution keeps the principal directions of the training images' patches, instead of being trained (patch
    /// whitening, arXiv 2404.00498). Null, the default, is true for colour images, where it was measured to bring a higher macro accuracy,
    /// and false for grey ones, for a <see cref="CifarResNet"/> narrower than 16 or wider than 54, and with <see cref="InitialWeights"/>.
    /// </summary>
    /// <remarks>
    /// With <see cref="InitialWeights"/>, true keeps the first convolution of the model. Filters for which no direction of the images is
    /// left keep their random initial weights.
    /// </remarks>
    public bool? WhitenedStem { get; init; }

    /// <summary>The effective value of <see cref="WhitenedStem"/>: whether the first convolution is whitened.</summary>
    public bool WhitensStem => WhitenedStem ?? (Channels == 3 && Backbone.SuitsWhitening && InitialWeights is null);

    /// <summary>
    /// A trained or loaded model whose weights the training begins with; null, the default, draws them. The model itself is not changed,
    /// and remains yours to dispose after the fit.
    /// </summary>
    /// <remarks>
    /// It must have the same classes in the same order and the same <see cref="Backbone"/>, head, <see cref="ImageSize"/>,
    /// <see cref="Channels"/> and <see cref="AspectRatio"/>; otherwise the fit refuses it with a list of the differences. Images are
    /// normalised as they were for the model. The optimizer and the learning rate start from the beginning: to refine a model on more
    /// images of the same kind, a tenth of its learning rate is a good first try.
    /// </remarks>
    public ImageClassifierModel? InitialWeights { get; init; }

    /// <summary>
    /// The side to which images are resized, in pixels, from 16 to 1024 and within what the backbone takes. The default is 64.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is out of range; this holds for all numbers and enumerations below.
    /// </exception>
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

    /// <summary>How an image that is not square is made square. The default is <see cref="AspectRatio.Squash"/>.</summary>
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
                $"{nameof(ImageSize)} is {ImageSize}, and the backbone {Backbone.Name} takes images of {Backbone.SmallestImage} "
                    + $"to {Backbone.LargestImage} pixels; change one of them."
            );
        }

        Augmentation.CheckTogether();
        if (Augmentation.ResizedCrop?.Size is { } cropped && (cropped < Backbone.SmallestImage || cropped > Backbone.LargestImage))
        {
            throw new ArgumentException(
                $"{nameof(Augmentation)}.{nameof(Augmentation.ResizedCrop)}.{nameof(RandomResizedCrop.Size)} is {cropped}, and the "
                    + $"backbone {Backbone.Name} takes images of {Backbone.SmallestImage} to {Backbone.LargestImage} pixels; "
                    + "change one of them."
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
                $"{nameof(Keep)} is {nameof(KeptEpoch.Best)}, which takes validation images; "
                    + $"give {nameof(ValidationSet)} or {nameof(ValidationSetFraction)}."
            );
        }
    }
}

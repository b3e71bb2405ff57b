using System.CommandLine;
using MLNet.Procrustean;

namespace Shared;

/// <summary>The command-line options of a training: each has the name of the library's own option in kebab case.</summary>
/// <param name="defaults">What the program does by default.</param>
internal sealed class TrainingArguments(ImageClassifierOptions defaults)
{
    private readonly Option<string> backbone = new("--backbone")
    {
        Description = "The network: cifar-resnet-8|14|20|32|44|56, with -wN for width N, or resnet-18|34|50 for photos.",
        DefaultValueFactory = _ => defaults.Backbone.Name,
    };

    private readonly Option<int> imageSize = new("--image-size")
    {
        Description = "The side to which images are resized, in pixels.",
        DefaultValueFactory = _ => defaults.ImageSize,
    };

    private readonly Option<int> channels = new("--channels")
    {
        Description = "3 for colour, 1 for grey.",
        DefaultValueFactory = _ => defaults.Channels,
    };

    private readonly Option<bool?> whitenedStem = new("--whitened-stem")
    {
        Description =
            "true: the first convolution keeps the principal directions of the images' patches; false: it is trained. "
            + "By default the library chooses.",
        DefaultValueFactory = _ => defaults.WhitenedStem,
    };

    private readonly Option<string> augmentation = new("--augmentation")
    {
        Description = AugmentationText.Help,
        DefaultValueFactory = _ => AugmentationText.Of(defaults.Augmentation),
    };

    private readonly Option<int> epochs = new("--epochs")
    {
        Description = "How often each image is seen.",
        DefaultValueFactory = _ => defaults.Epochs,
    };

    private readonly Option<int> batchSize = new("--batch-size")
    {
        Description = "Images per step.",
        DefaultValueFactory = _ => defaults.BatchSize,
    };

    private readonly Option<double> learningRate = new("--learning-rate")
    {
        Description = "The full learning rate; it warms up and then falls by a cosine.",
        DefaultValueFactory = _ => defaults.LearningRate,
    };

    private readonly Option<Precision> precision = new("--precision")
    {
        Description = "fp32, which any processor has; bf16; or auto, which is bf16 where the processor or the GPU has it.",
        DefaultValueFactory = _ => defaults.Precision,
    };

    public IEnumerable<Option> All =>
        [backbone, imageSize, channels, whitenedStem, augmentation, epochs, batchSize, learningRate, precision];

    /// <exception cref="FormatException">There is no such backbone or augmentation.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public ImageClassifierOptions Read(ParseResult given, CancellationToken cancellation) =>
        defaults with
        {
            Backbone = Backbone.Parse(given.GetValue(backbone)!),
            ImageSize = given.GetValue(imageSize),
            Channels = given.GetValue(channels),
            WhitenedStem = given.GetValue(whitenedStem),
            Augmentation = AugmentationText.Parse(given.GetValue(augmentation)!),
            Epochs = given.GetValue(epochs),
            BatchSize = given.GetValue(batchSize),
            LearningRate = given.GetValue(learningRate),
            Precision = given.GetValue(precision),
            Cancellation = cancellation,
        };
}

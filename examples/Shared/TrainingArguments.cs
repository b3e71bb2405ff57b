using System.CommandLine;
using MLNet.Procrustean;

namespace Shared;

/// <summary>The command-line options of a training: each has the name of the library's own option in kebab case.</summary>
/// <param name="defaults">
/// What the program does by default, except with <c>--weights</c>: then the library chooses what is not given.
/// </param>
internal sealed class TrainingArguments(ImageClassifierOptions defaults)
{
    private readonly Option<string?> weights = new("--weights")
    {
        Description =
            "Pretrained weights to begin with: 'imagenet', from the package Microsoft.ML.DnnImageFeaturizer.ResNet18, or a file (.onnx, "
            + ".safetensors, .pth). Options that are not given then have the values that suit fine-tuning.",
    };

    private readonly TrainingArgument[] others =
    [
        TrainingArgument.Of<string>(
            "--backbone",
            "The network: cifar-resnet-8|14|20|32|44|56, with -wN for width N; for photos resnet-18|34|50, with a d at the end for the "
                + "variant D, or mobilenet-v3-small; lenet-S for simple images of side S. "
                + $"By default {defaults.Backbone.Name}, or that of the weights.",
            (options, name) => options with { Backbone = Backbone.Parse(name) }
        ),
        TrainingArgument.Of<int>(
            "--image-size",
            $"The side to which images are resized, in pixels. By default {defaults.ImageSize}.",
            (options, size) => options with { ImageSize = size }
        ),
        TrainingArgument.Of<int>("--channels", $"3 for colour, 1 for grey. By default {defaults.Channels}.", (options, channels) =>
            options with
            {
                Channels = channels,
            }
        ),
        TrainingArgument.Of<AspectRatio>(
            "--aspect-ratio",
            $"How an image becomes a square: Squash, CenterCrop or Pad. By default {defaults.AspectRatio}.",
            (options, aspect) => options with { AspectRatio = aspect }
        ),
        TrainingArgument.Of<bool>(
            "--whitened-stem",
            "true: the first convolution keeps the principal directions of the images' patches; false: it is trained. "
                + "By default the library chooses.",
            (options, whitened) => options with { WhitenedStem = whitened }
        ),
        TrainingArgument.Of<string>(
            "--augmentation",
            $"{AugmentationText.Help} By default {AugmentationText.Of(defaults.Augmentation)}.",
            (options, text) => options with { Augmentation = AugmentationText.Parse(text) }
        ),
        TrainingArgument.Of<int>("--epochs", $"How often each image is seen. By default {defaults.Epochs}.", (options, epochs) =>
            options with
            {
                Epochs = epochs,
            }
        ),
        TrainingArgument.Of<int>(
            "--batch-size",
            $"Images per step. By default {defaults.BatchSize}; TrainFolder takes 16 with fewer than 2,000 images, unless "
                + "--learning-rate is given.",
            (options, size) => options with { BatchSize = size }
        ),
        TrainingArgument.Of<int>(
            "--batch-parts",
            "How many parts a batch is computed in, for one step; processes share them. "
                + $"By default {defaults.BatchParts}, or in TrainFolder as many as processes.",
            (options, parts) => options with { BatchParts = parts }
        ),
        TrainingArgument.Of<Optimizer>(
            "--optimizer",
            $"How the weights are changed: Sgd, or Adam, whose default learning rate is a fiftieth. By default {defaults.Optimizer}.",
            (options, optimizer) => options with { Optimizer = optimizer }
        ),
        TrainingArgument.Of<double>(
            "--learning-rate",
            $"The full learning rate. By default {defaults.LearningRate}; TrainFolder takes 0.0125 with fewer than 2,000 images, unless "
                + "--batch-size is given.",
            (options, rate) => options with { LearningRate = rate }
        ),
        TrainingArgument.Of<string>(
            "--learning-rate-schedule",
            $"How the learning rate changes, after some epochs of warm-up. {ScheduleText.Help} By default cosine.",
            (options, text) => options with { LearningRateSchedule = ScheduleText.Parse(text) }
        ),
        TrainingArgument.Of<double>(
            "--max-gradient-norm",
            "The largest norm of the gradient; a longer one is scaled down to it. By default there is no limit.",
            (options, norm) => options with { MaxGradientNorm = norm }
        ),
        TrainingArgument.Of<int>(
            "--frozen-stages",
            $"How many of the first parts are not trained: 1 for the stem, 2 for the first stage too. By default {defaults.FrozenStages}.",
            (options, stages) => options with { FrozenStages = stages }
        ),
        TrainingArgument.Of<int>(
            "--head-epochs",
            "For how many epochs the head alone is trained at first; what the strategy defers to the last fifth of --epochs begins in "
                + "their last fifth. "
                + $"By default {defaults.HeadEpochs}.",
            (options, epochs) => options with { HeadEpochs = epochs }
        ),
        TrainingArgument.Of<bool>(
            "--keeps-statistics",
            $"Whether batch normalisation keeps its statistics in all parts. By default {defaults.KeepsStatistics}.",
            (options, keeps) => options with { KeepsStatistics = keeps }
        ),
        TrainingArgument.Of<double>(
            "--initial-share",
            $"The share of the weights before the first epoch in the model's. By default {defaults.InitialShare}.",
            (options, share) => options with { InitialShare = share }
        ),
        TrainingArgument.Of<double>(
            "--layer-decay",
            $"What the learning rate is multiplied by for each stage further from the head. By default {defaults.LayerDecay}.",
            (options, decay) => options with { LayerDecay = decay }
        ),
        TrainingArgument.Of<bool>(
            "--average-flips",
            $"Whether the model scores an image and its mirror image and takes the mean. By default {defaults.AverageFlips}.",
            (options, average) => options with { AverageFlips = average }
        ),
        TrainingArgument.Of<BadImages>(
            "--bad-images",
            "What to do with images that cannot be read, in training and in the test: refuse, which stops at the first one, or skip, which "
                + $"continues without them and lists them. By default {defaults.BadImages}.",
            (options, choice) => options with { BadImages = choice }
        ),
        TrainingArgument.Of<Precision>(
            "--precision",
            "fp32, which any processor has; bf16; or auto, which is bf16 where the processor or the GPU has it. "
                + $"By default {defaults.Precision}.",
            (options, precision) => options with { Precision = precision }
        ),
    ];

    public IEnumerable<Option> All => [weights, .. others.Select(argument => argument.Option)];

    /// <exception cref="FormatException">There is no such backbone or augmentation.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    /// <exception cref="IOException">The weights cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file of weights is damaged or of another kind.</exception>
    public ImageClassifierOptions Read(ParseResult given, CancellationToken cancellation)
    {
        var start = given.GetValue(weights) switch
        {
            null => defaults,
            "imagenet" => FineTuning(PretrainedWeights.ImageNetResNet18()),
            var file => FineTuning(PretrainedWeights.FromFile(file)),
        };
        return others.Aggregate(start, (options, argument) => argument.Apply(given, options)) with { Cancellation = cancellation };
    }

    private ImageClassifierOptions FineTuning(PretrainedWeights pretrained) =>
        new()
        {
            InitialWeights = pretrained,
            Precision = defaults.Precision,
            Seed = defaults.Seed,
        };
}

using System.Collections.Immutable;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>A training of the smallest network on toy images, which takes a fraction of a second.</summary>
internal sealed class SmallTraining : IDisposable
{
    public const int Seed = 3;

    private SmallTraining(StagedNetwork network) => Network = network;

    /// <summary>Options to start from: the smallest network, two epochs of batches of eight.</summary>
    public static ImageClassifierOptions Options { get; } =
        new()
        {
            Strategy = new PlainTraining(),
            Backbone = new CifarResNet { Depth = 8, Width = 4 },
            ImageSize = ToyImages.Size,
            Epochs = 2,
            BatchSize = 8,
            LearningRate = 0.05,
            Augmentation = new Augmentation { CropPadding = 2 },
        };

    public StagedNetwork Network { get; }

    public int? DivergedInEpoch { get; private set; }

    public ImmutableArray<EpochReport> Reports { get; private set; } = [];

    /// <summary>Trains on the images; the callback sees the network after each epoch.</summary>
    public static SmallTraining Run(
        ImageClassifierOptions options,
        LabelledImages images,
        LabelledImages? validation = null,
        int seed = Seed,
        Action<StagedNetwork>? prepare = null,
        Action<StagedNetwork, EpochReport>? onEpoch = null,
        Device? device = null
    )
    {
        var classes = ToyImages.CountsOf(images);
        var preprocessing = Preprocessing.Measure(images.Pixels, options.Shape);
        var training = new SmallTraining(options.Backbone.Build(options.Channels, classes.Classes, seed, HeadOf(options, classes)));
        prepare?.Invoke(training.Network);
        training.Network.to(device ?? CPU);
        using var state = new TrainingState(training.Network, options);
        training.DivergedInEpoch = new TrainingLoop(options, classes, preprocessing, device ?? CPU, seed).Train(
            state,
            new(images, validation),
            report => onEpoch?.Invoke(training.Network, report)
        );
        training.Reports = [.. state.Reports];
        return training;
    }

    /// <summary>The bits of the weights after such a training.</summary>
    public static byte[] Weights(ImageClassifierOptions options, LabelledImages images, int seed = Seed)
    {
        using var training = Run(options, images, seed: seed);
        return NetworkBits.Of(training.Network);
    }

    private static ClassifierHead HeadOf(ImageClassifierOptions options, ClassCounts classes)
    {
        using var scope = NewDisposeScope();
        return options.Strategy.RuleFor(new(1, options.Epochs, classes, CPU)).Head;
    }

    public void Dispose() => Network.Dispose();
}

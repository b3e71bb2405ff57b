using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support.PublishedFiles;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>A classifier with random weights, with running statistics of images, and with classes that all get some of them.</summary>
internal sealed class RandomClassifier : IDisposable
{
    private const int Sample = 12; // images
    public static readonly string[] Classes = ["owl", "a \"quoted\" cat", "Grünfink", "dog", "eel"];
    private readonly Backbone backbone;
    private readonly StagedNetwork network;
    private readonly int channels;
    private bool folded;

    public RandomClassifier(Backbone backbone, ClassifierHead head, int channels = 3)
    {
        this.backbone = backbone;
        this.channels = channels;
        network = backbone.Build(channels, Classes.Length, seed: 1, head);
        var random = new Random(1);
        var drawn = NetworkWeights.Capture(network).ConvertAll(array => Drawn(array, random));
        NetworkWeights.Restore(drawn, network, backbone.Name);
        var preprocessing = Texts(backbone.SmallestImage).Preprocessing;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var shape = preprocessing.Shape;
        var pixels = tensor(Pixels(Sample, shape)).reshape(Sample, shape.Size, shape.Size, shape.Channels);
        Settle(preprocessing.Normalise(pixels));
        Weights = NetworkWeights.Capture(network);
    }

    public List<NamedArray> Weights { get; }

    public ModelTexts Texts(int size, bool averageFlips = false) =>
        new(
            backbone,
            network.Head.Kind,
            new(
                new() { Size = size, Channels = channels },
                [.. new[] { 120.5f, 100.25f, 90 }.Take(channels)],
                [.. new[] { 60.5f, 70, 50.7f }.Take(channels)]
            ),
            new([.. Classes], "text"),
            [50, 40, 30, 20, 10],
            new("Image", "Score", "PredictedLabel"),
            averageFlips
        );

    /// <summary>As the model scores in single precision, with its normalisations folded from then on.</summary>
    public ScoredImage[] Score(ModelTexts texts, byte[] pixels)
    {
        if (!folded)
        {
            network.Fold();
            folded = true;
        }

        var whole = new TrainedClassifier(
            network,
            backbone,
            texts.Preprocessing,
            texts.Labels,
            texts.TrainingCounts,
            texts.AverageFlips,
            texts.Temperature
        );
        return whole.Score(pixels, CPU, Precision.Fp32, withFeatures: true);
    }

    /// <summary>Images of a colour, a slope and noise of their own, which their mirror images do not share.</summary>
    public static byte[] Pixels(int count, ImageShape shape)
    {
        var random = new Random(count);
        var pixels = new byte[count * shape.Bytes];
        for (var image = 0; image < count; image++)
        {
            var colours = Enumerable.Range(0, shape.Channels).Select(_ => random.Next(30, 226)).ToArray();
            var (across, down) = (random.Next(-100, 101), random.Next(-100, 101));
            for (var i = 0; i < shape.Bytes; i++)
            {
                var (pixel, channel) = (i / shape.Channels, i % shape.Channels);
                var slope = (across * (pixel % shape.Size) / shape.Size) + (down * (pixel / shape.Size) / shape.Size);
                pixels[(image * shape.Bytes) + i] = (byte)Math.Clamp(colours[channel] + slope + random.Next(-30, 31), 0, 255);
            }
        }

        return pixels;
    }

    public void Dispose() => network.Dispose();

    private static NamedArray Drawn(NamedArray array, Random random)
    {
        var centre =
            array.Name.EndsWith("weight", StringComparison.Ordinal) || array.Name.EndsWith("var", StringComparison.Ordinal) ? 1 : 0;
        return array.Shape.Length == 1
            ? array with
            {
                Bytes = RandomWeights.Bytes([.. RandomWeights.Numbers(array).Select(_ => centre + random.NextSingle() - 0.5f)]),
            }
            : array;
    }

    // Statistics come near those of the images, and each class is the direction of what one of them has beyond their mean.
    private void Settle(Tensor images)
    {
        network.train();
        for (var i = 0; i < 15; i++)
        {
            network.call(images).Dispose();
        }

        network.eval();
        var (head, features) = (network.Head, network.Features(images));
        var mean = features.mean([0]);
        var directions = nn.functional.normalize(features.narrow(0, 0, Classes.Length) - mean, p: 2, dim: 1);
        head.Weight.copy_(directions * (tensor(5f) / mean.norm()));
        head.Bias.zero_();
        head.Bias.copy_(-network.call(images).mean([0]));
    }
}

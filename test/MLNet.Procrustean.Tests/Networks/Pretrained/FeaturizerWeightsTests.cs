using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks.Pretrained;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks.Pretrained;

/// <summary>The weights that Microsoft publishes as the package Microsoft.ML.DnnImageFeaturizer.ResNet18.</summary>
public sealed class FeaturizerWeightsTests
{
    private const int Images = 20;
    private static readonly ImageShape Shape = new() { Size = FeaturizerNetwork.Size };

    [Test]
    public void Read_Weights_AreOfAResNet18WithOneBlockMore()
    {
        var weights = PublishedWeights.Read(FeaturizerNetwork.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(weights.Backbone, Is.EqualTo(new ResNet { Depth = 18, Blocks = (2, 2, 2, 3) }));
            Assert.That(weights.Backbone.Name, Is.EqualTo("resnet-18-2-2-2-3"));
            Assert.That(weights.Arrays, Has.Count.EqualTo(110 + 22), "arrays of the file, and a counter for each normalisation");
            Assert.That(weights.Means, Is.EqualTo(new[] { 123.15f, 115.90f, 103.06f }));
            Assert.That(weights.Deviations, Is.EqualTo(new[] { 58f, 58f, 58f }));
        }
    }

    [Test]
    public void Features_OfMadeImages_AreThoseOfOnnxRuntime()
    {
        var random = new Random(1);
        AssertSameFeatures([
            .. Enumerable.Range(0, Images).Select(_ => Wave(random.NextDouble(), random.NextDouble(), random.NextDouble())),
        ]);
    }

    [Test]
    public void Features_OfPhotos_AreThoseOfOnnxRuntime()
    {
        var folder = Path.Combine(Repository.Root, "..", "shared", "data", "photos", "test");
        if (!Directory.Exists(folder))
        {
            Assert.Ignore($"There are no photos in {folder}.");
        }

        var photos = Directory.EnumerateFiles(folder, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        AssertSameFeatures([.. photos.Where((_, i) => i % (photos.Count / Images) == 0).Take(Images).Select(Decoded)]);
    }

    private static void AssertSameFeatures(List<byte[]> images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var weights = PublishedWeights.Read(FeaturizerNetwork.Path);
        using var network = weights.Backbone.Build(Shape.Channels, classes: 2, seed: 1);
        weights.CopyTo(network);
        network.eval();
        var preprocessing = new Preprocessing(Shape, weights.Means, weights.Deviations);
        using var reference = new FeaturizerNetwork();
        var (largest, difference) = (0f, 0f);
        Assert.That(images, Has.Count.EqualTo(Images));
        foreach (var image in images)
        {
            var pixels = tensor(image, dtype: ScalarType.Byte).reshape(1, Shape.Size, Shape.Size, Shape.Channels);
            var features = network.Features(preprocessing.Normalise(pixels)).data<float>().ToArray();
            var expected = reference.FeaturesOf(image, weights.Means);
            Assert.That(features, Has.Length.EqualTo(FeaturizerNetwork.Features));
            largest = Math.Max(largest, expected.Max());
            difference = Math.Max(difference, features.Zip(expected, (ours, theirs) => Math.Abs(ours - theirs)).Max());
        }

        TestContext.Out.WriteLine($"features up to {largest}, which differ by {difference} at most");
        Assert.That(largest, Is.GreaterThan(1), "there is something to compare");
        Assert.That(difference, Is.LessThan(1e-4));
    }

    private static byte[] Wave(double a, double b, double c)
    {
        var image = new byte[Shape.Size * Shape.Size * Shape.Channels];
        for (var i = 0; i < image.Length; i++)
        {
            var (pixel, channel) = Math.DivRem(i, Shape.Channels);
            var (y, x) = Math.DivRem(pixel, Shape.Size);
            image[i] = (byte)(127.5 * (1 + Math.Sin((a * x / 5) + (b * y / 3) + (c * x * y / 400) + (channel * (1 + a)))));
        }

        return image;
    }

    private static byte[] Decoded(string path)
    {
        var image = new byte[Shape.Size * Shape.Size * Shape.Channels];
        ImageDecoder.Decode(path, Shape, image);
        return image;
    }
}

using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class MobileNetV3Tests
{
    [Test]
    public void Build_ThousandClasses_HasThePublishedParameters()
    {
        using var network = new MobileNetV3().Build(channels: 3, classes: 1000, seed: 1);
        Assert.That(network.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(2_542_856));
    }

    /// <summary>Table 2 of the paper for images of 64 × 64 pixels.</summary>
    [TestCase(1, 16, 32)]
    [TestCase(2, 16, 16)]
    [TestCase(3, 24, 8)]
    [TestCase(4, 48, 4)]
    [TestCase(5, 576, 2)]
    public void Through_Parts_HaveTheShapesOfThePaper(int parts, int channels, int side)
    {
        using var scope = NewDisposeScope();
        using var network = new MobileNetV3().Build(channels: 3, classes: 2, seed: 1);
        var h = network.Through(parts, rand(2, 3, 64, 64));
        Assert.That(h.shape, Is.EqualTo(new long[] { 2, channels, side, side }));
        Assert.That(network.Stages, Has.Count.EqualTo(new MobileNetV3().ResidualStages));
    }

    [Test]
    public void Forward_Images_GivesLogitsOfBothHeadsAndGradients(
        [Values(1, 3)] int channels,
        [Values(32, 75)] int size,
        [Values] ClassifierHead head,
        [Values] bool half
    )
    {
        using var scope = NewDisposeScope();
        using var network = new MobileNetV3().Build(channels, classes: 5, seed: 1, head);
        var images = WeightInitialisation.ChannelsLast(rand(3, channels, size, size));
        var logits = network.forward(half ? images.to(bfloat16) : images);
        logits.sum().backward();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(logits.shape, Is.EqualTo(new long[] { 3, 5 }));
            Assert.That(logits.dtype, Is.EqualTo(ScalarType.Float32));
            Assert.That(network.Pooled(images).shape, Is.EqualTo(new long[] { 3, 1024 }));
            Assert.That(network.named_parameters().Where(named => named.parameter.grad is null).Select(named => named.name), Is.Empty);
        }
    }

    [Test]
    public void SqueezeExcitation_Features_AreMultipliedByTheHardSigmoidOfTheirMeans()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var module = new SqueezeExcitation(3, 2);
        foreach (var parameter in module.parameters())
        {
            parameter.copy_(randn(parameter.shape) * 3); // so that some factors are 0 and some are 1
        }

        var x = randn(4, 3, 2, 2);
        var (first, second) = ((FullyConnected)module.children().First(), (FullyConnected)module.children().Last());
        var expected = new List<double>();
        for (var image = 0; image < 4; image++)
        {
            var means = Enumerable.Range(0, 3).Select(channel => Values(x[image, channel]).Average()).ToArray();
            var factors = Linear(second, [.. Linear(first, means).Select(z => Math.Max(z, 0))]).Select(z => Math.Clamp((z + 3) / 6, 0, 1));
            expected.AddRange(factors.SelectMany((factor, channel) => Values(x[image, channel]).Select(value => factor * value)));
        }

        Assert.That(Values(module.call(x)), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void InvertedResidual_ShapeStays_AddsTheInput()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var block = new InvertedResidual(new(4, 3, 8, 4, Squeezes: true, IsHardSwish: true));
        var x = randn(2, 4, 5, 5);
        Assert.That(Values(block.call(x)), Is.EqualTo(Values(x))); // its convolutions are 0 until they are drawn
    }

    [TestCase(16, 8)]
    [TestCase(96, 24)]
    [TestCase(120, 32)]
    [TestCase(144, 40)]
    [TestCase(240, 64)]
    [TestCase(288, 72)]
    [TestCase(576, 144)]
    public void Squeezed_ExpandedChannels_AreThePublishedOnes(int expanded, int expected) =>
        Assert.That(new InvertedResidualShape(1, 3, expanded, 1, true, true).Squeezed, Is.EqualTo(expected));

    [Test]
    public void Fit_Colours_GivesAModelThatTellsThemApartAlsoWhenSavedAndLoaded()
    {
        var options = SmallTraining.Options with
        {
            Backbone = new MobileNetV3(),
            ImageSize = 32,
            Epochs = 16,
            BatchSize = 8,
            LearningRate = 0.02,
        };
        ColourTraining.AssertLearnsAndLoads(options);
    }

    private static double[] Linear(FullyConnected layer, double[] x)
    {
        var (weight, bias) = (Values(layer.Weight), Values(layer.get_parameter("bias")!));
        return [.. bias.Select((b, output) => b + x.Select((value, input) => weight[(output * x.Length) + input] * value).Sum())];
    }

    private static double[] Values(Tensor tensor) => tensor.detach().to(float64).contiguous().data<double>().ToArray();
}

using Microsoft.ML;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class LeNetTests
{
    /// <summary>26 · 32 and (25 · 32 + 1) · 32 of convolutions, (49 · 32 + 1) · 256 of the hidden layer, 257 · 2 of the last.</summary>
    [Test]
    public void Build_GreyImages_HasTheParametersOfItsLayers()
    {
        using var network = new LeNet().Build(channels: 1, classes: 2, seed: 1);
        Assert.That(network.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(832 + 25_632 + 401_664 + 514));
    }

    [TestCase(1, 32, 20)]
    [TestCase(2, 32, 10)]
    [TestCase(3, 32, 10)]
    [TestCase(4, 32, 5)]
    public void Through_Parts_HaveTheShapesOfTheirLayers(int parts, int channels, int side)
    {
        using var scope = NewDisposeScope();
        using var network = new LeNet { ImageSize = 20 }.Build(channels: 3, classes: 2, seed: 1);
        Assert.That(network.Through(parts, rand(2, 3, 20, 20)).shape, Is.EqualTo(new long[] { 2, channels, side, side }));
        Assert.That(network.Stages, Has.Count.EqualTo(new LeNet().ResidualStages));
    }

    [Test]
    public void Forward_Images_GivesLogitsAndGradientsOfAllWeights([Values] ClassifierHead head, [Values] bool half)
    {
        using var scope = NewDisposeScope();
        using var network = new LeNet().Build(channels: 1, classes: 5, seed: 1, head);
        var images = WeightInitialisation.ChannelsLast(rand(3, 1, 28, 28));
        var logits = network.forward(half ? images.to(bfloat16) : images);
        logits.sum().backward();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(logits.shape, Is.EqualTo(new long[] { 3, 5 }));
            Assert.That(logits.dtype, Is.EqualTo(ScalarType.Float32));
            Assert.That(network.Pooled(images).shape, Is.EqualTo(new long[] { 3, 256 }));
            Assert.That(network.named_parameters().Where(named => named.parameter.grad is null).Select(named => named.name), Is.Empty);
        }
    }

    [TestCase(12)]
    [TestCase(30)]
    [TestCase(132)]
    public void ImageSize_NotAMultipleOfFourInRange_IsRefused(int size) =>
        Assert.That(() => new LeNet { ImageSize = size }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"{size}"));

    /// <summary>The default strategy mixes before the third stage, which this network has too.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public void Fit_ColoursInParts_GivesAModelThatTellsThemApartAlsoWhenSavedAndLoaded(int parts)
    {
        var options = SmallTraining.Options with
        {
            Backbone = new LeNet { ImageSize = 16 },
            ImageSize = 16,
            Strategy = new RecommendedStrategy(),
            Epochs = 10,
            BatchSize = 8,
            BatchParts = parts,
            LearningRate = 0.02,
        };
        ColourTraining.AssertLearnsAndLoads(options);
    }

    [Test]
    public void Fit_WhitenedStem_IsRefused() =>
        AssertRefused(
            SmallTraining.Options with
            {
                Backbone = new LeNet(),
                ImageSize = 28,
                WhitenedStem = true,
            },
            "no batch normalisation after its first convolution"
        );

    [Test]
    public void Fit_AnotherImageSize_IsRefused() =>
        AssertRefused(SmallTraining.Options with { Backbone = new LeNet(), ImageSize = 32 }, "lenet-28 takes images of 28");

    private static void AssertRefused(ImageClassifierOptions options, string message)
    {
        var ml = new MLContext(seed: 1);
        Assert.That(
            () =>
                ml
                    .MulticlassClassification.Trainers.ProcrusteanImageClassification(options with { ImageColumnName = "Image" })
                    .Fit(ColourRows.Of(ml, 2, 2, 2)),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains(message)
        );
    }
}

using Microsoft.ML;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Trainings on a few copies of each image that are drawn once.</summary>
public sealed class AugmentedCopiesTests
{
    private static readonly Augmentation Copying = Augmentation.ForPhotos with { Copies = 2 };

    private static readonly ImageClassifierOptions Options = TinyModel.Options with
    {
        Augmentation = Copying,
        Precision = Precision.Fp32,
        Strategy = new PlainTraining(),
    };

    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny = TinyModel.Shared;

    // The images themselves, where features do not fit, and kept features: the same views in the same order.
    [Test]
    public void Of_ImagesAndKeptFeatures_AreOfTheSameViews([Values(1, 3, 4)] int frozen)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var images = ToyImages.Of(5, 4);
        using var network = Network(frozen);
        using var kept = Kept(network, images);
        using var computed = new AugmentedImages(images, resident: null, Options, ToyImages.Halved, CPU);
        using var random = new Generator(3);
        using var again = new Generator(3);
        var rows = tensor(new long[] { 8, 0, 3, 3, 5, 1, 2, 2, 2, 7, 6, 4 });

        var features = kept.Of(rows, random);

        var expected = network.Through(kept.Parts, computed.Of(rows, again));
        Assert.That(features.shape, Is.EqualTo(expected.shape));
        Assert.That(max((features - expected).abs() / expected.abs().max()).item<float>(), Is.LessThan(0.005), "8 bits are kept");
    }

    [Test]
    public void Kept_FromThoseOfEarlierParts_AreThoseOfTheImages()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var images = ToyImages.Of(5, 4);
        using var network = Network(frozen: 3);
        using var earlier = Kept(network, images);
        network.Freeze(4);
        using var pooled = Kept(network, images, earlier);
        using var direct = Kept(network, images);
        var rows = arange(9, ScalarType.Int64);
        for (var view = 0; view < 4; view++)
        {
            var views = full_like(rows, view);
            var (one, other) = (pooled.Of(rows, views), direct.Of(rows, views));
            Assert.That(one.shape, Is.EqualTo(new long[] { 9, 16 }));
            Assert.That(max((one - other).abs() / other.abs().max()).item<float>(), Is.LessThan(0.02), $"view {view}");
        }
    }

    [Test]
    public void Fit_HeadAndLastStage_ComputesTheFrozenStagesOnce()
    {
        var phases = new List<PhaseReport>();
        var options = Options with
        {
            FrozenStages = 3,
            HeadEpochs = 2,
            Epochs = 1,
            PhaseProgress = new CalledProgress<PhaseReport>(phases.Add),
        };
        using var model = TinyModel.Trainer(ml, options).Fit(tiny.Keyed);
        var computed = phases.Where(report => report.Phase == TrainingPhase.ComputingFeatures && report.Images == 0);
        Assert.That(computed.Select(report => report.TotalImages), Is.EqualTo(new[] { 4 * 36L, 4 * 36L }), "then its head's");
    }

    [Test]
    public void Fit_NothingFrozen_LearnsFromTheViewsAndIsTheSameAgain()
    {
        var (one, other) = (Bits(Options), Bits(Options));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(other, Is.EqualTo(one));
            Assert.That(Bits(Options with { Augmentation = Copying with { Copies = 1 } }), Is.Not.EqualTo(one));
            Assert.That(Bits(Options with { Augmentation = Copying with { Copies = 0 } }), Is.Not.EqualTo(one));
        }
    }

    private static StagedNetwork Network(int frozen)
    {
        var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 2, seed: 1);
        network.Freeze(frozen);
        network.eval();
        return network;
    }

    private static KeptFeatures Kept(StagedNetwork network, LabelledImages images, KeptFeatures? earlier = null) =>
        KeptFeatures.Of(
            new(network, images, new(Copying), ToyImages.Halved, Options, CPU)
            {
                Earlier = earlier is null ? null : new(earlier.Parts, earlier.Of),
            },
            cachePath: null,
            PhaseMeter.Silent()
        )!;

    private byte[] Bits(ImageClassifierOptions options)
    {
        using var model = TinyModel.Trainer(ml, options).Fit(tiny.Keyed);
        return NetworkBits.Of(model.Classifier.Network);
    }
}

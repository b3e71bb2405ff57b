using Microsoft.ML;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Trainings whose first stages keep their weights.</summary>
public sealed class FrozenStagesTests
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny = TinyModel.Shared;

    [Test]
    public void ForwardFrom_WhatTheFirstPartsMake_GivesTheLogits([Range(0, 5)] int parts)
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var images = rand(4, 3, 16, 16);
        network.eval();
        var logits = network.ForwardFrom(parts, network.Through(parts, images));
        Assert.That(NetworkBits.Of(logits), Is.EqualTo(NetworkBits.Of(network.forward(images))));
    }

    [Test]
    public void ForwardFrom_MixedBeforeALaterStage_IsMixedAsInTheWhole([Range(2, 4)] int stage)
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var images = rand(4, 3, 16, 16);
        network.eval();
        Tensor Doubled(int k, Tensor h) => k == stage ? h * 2 : h;
        var logits = network.ForwardFrom(2, network.Through(2, images), Doubled);
        Assert.That(NetworkBits.Of(logits), Is.EqualTo(NetworkBits.Of(network.Forward(images, Doubled))));
        Assert.That(NetworkBits.Of(logits), Is.Not.EqualTo(NetworkBits.Of(network.forward(images))));
    }

    [Test]
    public void Kept_Features_AreThoseOfTheImageOrOfItsMirrorImage([Range(1, 4)] int frozen)
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(5, 4);
        using var network = Network();
        network.Freeze(frozen);
        var flipping = Augmentation.None with { HorizontalFlip = true };
        var reports = new List<PhaseReport>();
        using var kept = Keep(network, images, flipping, new(new CalledProgress<PhaseReport>(reports.Add), _ => { }))!;
        using var random = new Generator(3);
        using var again = new Generator(3);

        var features = kept.Of(tensor(new long[] { 8, 0, 3, 3, 5, 1 }), random);

        var mirrored = randint(0, 2, [6], ScalarType.Int64, generator: again).data<long>().ToArray();
        var rows = new long[] { 8, 0, 3, 3, 5, 1 };
        var expected = stack([.. rows.Select((row, i) => Through(network, kept.Parts, images, row, mirrored[i] == 1))]);
        Assert.That(mirrored, Does.Contain(0).And.Contain(1), "the draw shows only one of the two");
        Assert.That(NetworkBits.Of(features), Is.EqualTo(NetworkBits.Of(expected)));
        Assert.That(reports.Select(report => (report.Images, report.TotalImages)), Is.EqualTo(new[] { (0L, 18L), (18L, 18L) }));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(4)]
    public void Fit_FrozenStages_KeepTheirWeightsAndStatisticsAndTheOthersDoNot(int frozen)
    {
        using var model = Fit(TinyModel.Options with { InitialWeights = tiny.Classifier, FrozenStages = frozen });
        var prefixes = new[] { "stem.", "layer1.", "layer2.", "layer3." }.Take(frozen).ToList();
        bool IsFrozen(string name) => prefixes.Exists(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

        var before = tiny.Classifier.Classifier.Network.state_dict();
        var same = model
            .Classifier.Network.state_dict()
            .Where(weight => NetworkBits.Of(weight.Value).SequenceEqual(NetworkBits.Of(before[weight.Key])))
            .Select(weight => weight.Key);

        Assert.That(same, Is.EquivalentTo(before.Keys.Where(IsFrozen)));
    }

    [TestCase(true, true)]
    [TestCase(false, false)] // before the second stage, which is frozen
    public void Fit_MixingBeforeAFrozenStage_KeepsNoFeatures(bool late, bool kept)
    {
        var log = new List<string>();
        ml.Log += (_, line) => log.Add(line.RawMessage);
        var depth = late ? MixingDepth.PooledFeatures : MixingDepth.BeforeStage(2);
        Fit(
                TinyModel.Options with
                {
                    FrozenStages = 3,
                    Epochs = 1,
                    Strategy = new MajorFeatureWeakening { Depth = depth },
                }
            )
            .Dispose();
        Assert.That(log, kept ? Has.One.Contains("frozen stages: 36 of 36 images") : Has.None.Contains("frozen stages"));
    }

    [Test]
    public void Fit_KeptFeatures_LearnsAsWithoutThem()
    {
        // a crop without padding changes nothing, but it is no flip alone: each step computes the features again
        var options = TinyModel.Options with
        {
            InitialWeights = tiny.Classifier,
            FrozenStages = 3,
            Strategy = new PlainTraining(),
            Precision = Precision.Fp32,
        };
        using var kept = Fit(options);
        using var computed = Fit(
            options with
            {
                Augmentation = Augmentation.None with
                {
                    ResizedCrop = new() { MinArea = 1, MaxAspect = 1 },
                },
            }
        );
        var (one, other) = (TinyModel.Scores(kept.Transform(tiny.Images)), TinyModel.Scores(computed.Transform(tiny.Images)));
        var largest = one.SelectMany(row => row).Zip(other.SelectMany(row => row), (a, b) => Math.Abs(a - b)).Max();
        Assert.That(largest, Is.LessThan(0.03), "features in bfloat16 have 8 bits");
        Assert.That(one, Is.Not.EqualTo(tiny.Scores()), "nothing was learned");
    }

    [Test]
    public void Fit_MeasuredByKeptFeatures_GivesTheAccuraciesOfTheModel()
    {
        var options = TinyModel.Options with
        {
            FrozenStages = 4,
            Epochs = 2,
            Strategy = new PlainTraining(),
            ValidationSet = tiny.Keyed,
            Diagnostics = new(),
        };
        using var model = Fit(options);

        var metrics = ml.MulticlassClassification.EvaluateImbalance(model.Transform(tiny.Keyed));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.EpochReports[^1].ValidationMacroAccuracy, Is.EqualTo(metrics.MacroAccuracy).Within(1e-9));
            Assert.That(
                model.EpochReports[^1].Diagnostics!.TrainingAccuracy,
                Is.EqualTo(metrics.Classes.Select(one => one.Recall)).Within(1e-9)
            );
        }
    }

    [Test]
    public void Fit_FrozenStages_LeavesNoTensor()
    {
        var options = TinyModel.Options with { FrozenStages = 2, Epochs = 1, Strategy = new PlainTraining() };
        Assert.That(NativeMemory.TensorsLeftBy(() => Fit(options).Dispose()), Is.EqualTo(NativeMemory.CountedTwice(options.Backbone)));
    }

    [Test]
    public void Fit_LayerDecayOfAlmostNothing_TrainsTheHeadAlone()
    {
        using var model = Fit(
            TinyModel.Options with
            {
                InitialWeights = tiny.Classifier,
                LayerDecay = 1e-300,
                WeightDecay = 0,
                Epochs = 1,
            }
        );
        var before = tiny.Classifier.Classifier.Network.named_parameters().ToDictionary(weight => weight.name, weight => weight.parameter);
        var changed = model
            .Classifier.Network.named_parameters()
            .Where(weight => !NetworkBits.Of(weight.parameter).SequenceEqual(NetworkBits.Of(before[weight.name])))
            .Select(weight => weight.name);
        Assert.That(changed, Is.EquivalentTo(new[] { "fc.weight", "fc.bias" }));
    }

    // The learning rate of a part is its LayerDecay to the power of its distance from the head.
    [Test]
    public void Train_LayerDecay_ScalesTheStepOfEachPart()
    {
        using var images = ToyImages.Of(5, 3);
        var options = SmallTraining.Options with
        {
            Augmentation = Augmentation.None,
            Epochs = 1,
            Momentum = 0,
            WeightDecay = 0,
            Precision = Precision.Fp32,
        };
        var (whole, decayed) = (Steps(options), Steps(options with { LayerDecay = 0.5 }));
        using (Assert.EnterMultipleScope())
        {
            foreach (var (part, distance) in new[] { ("stem", 4), ("layer1", 3), ("layer2", 2), ("layer3", 1), ("fc", 0) })
            {
                Assert.That(decayed[part] / whole[part], Is.EqualTo(Math.Pow(0.5, distance)).Within(1e-3), part);
            }
        }

        // how far one step moves the weights of each part
        Dictionary<string, double> Steps(ImageClassifierOptions options)
        {
            var before = new Dictionary<string, float[]>();
            using var training = SmallTraining.Run(options, images, prepare: network =>
            {
                foreach (var (name, weight) in network.named_parameters())
                {
                    before[name] = weight.data<float>().ToArray();
                }
            });
            return training
                .Network.named_parameters()
                .GroupBy(weight => weight.name.Split('.')[0])
                .ToDictionary(
                    part => part.Key,
                    part => part.Sum(weight => weight.parameter.data<float>().ToArray().Zip(before[weight.name], Moved).Sum())
                );
        }

        static double Moved(float after, float before) => Math.Abs((double)after - before);
    }

    [Test]
    public void Trainer_MoreFrozenStagesThanThereAre_IsRefused() =>
        Assert.That(
            () => TinyModel.Trainer(ml, TinyModel.Options with { FrozenStages = 5 }),
            Throws.ArgumentException.With.Message.Contains("FrozenStages is 5").And.Message.Contains("give at most 4")
        );

    private static StagedNetwork Network() => new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 2, seed: 1);

    private static KeptFeatures? Keep(StagedNetwork network, LabelledImages images, Augmentation augmentation, PhaseMeter meter) =>
        KeptFeatures.Of(
            new(
                network,
                images,
                new(augmentation),
                ToyImages.Halved,
                new()
                {
                    Augmentation = augmentation,
                    Precision = Precision.Fp32,
                    Backbone = new CifarResNet { Depth = 8, Width = 4 },
                },
                CPU
            ),
            null,
            meter
        );

    // One image at a time would be computed by other convolutions: all of them, and then the row.
    private static Tensor Through(StagedNetwork network, int parts, LabelledImages images, long row, bool mirrored)
    {
        using var noGradient = no_grad();
        var inputs = ToyImages.Halved.Normalise(images.Pixels.Narrow(0, images.Count));
        return network.Through(parts, mirrored ? inputs.flip(3) : inputs)[row].to(ScalarType.BFloat16).to(float32);
    }

    private ImageClassifierModel Fit(ImageClassifierOptions options) => TinyModel.Trainer(ml, options).Fit(tiny.Keyed);
}

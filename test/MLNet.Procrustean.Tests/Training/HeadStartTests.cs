using System.Collections.Concurrent;
using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Trainings that begin with the head alone, and end between the weights before and after.</summary>
public sealed class HeadStartTests
{
    private static readonly ImageClassifierOptions Options = TinyModel.Options with
    {
        InitialWeights = TinyModel.Shared.Classifier,
        Strategy = new PlainTraining(),
        Epochs = 1,
    };

    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny = TinyModel.Shared;

    [Test]
    public void Fit_AllOfTheWeightsBefore_HasTheHeadThatWasTrainedFirstAndNothingElse()
    {
        using var model = Fit(Options with { HeadEpochs = 2, InitialShare = 1 });
        Assert.That(Changed(tiny.Classifier, model), Is.EquivalentTo(new[] { "fc.weight", "fc.bias" }));
    }

    [Test]
    public void Fit_HeadFirst_TrainsTheOtherPartsAfterIt([Values(0, 2)] int frozen)
    {
        using var model = Fit(Options with { HeadEpochs = 2, FrozenStages = frozen });
        var changed = Changed(tiny.Classifier, model);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(changed, Has.Some.StartsWith("layer3."));
            Assert.That(changed.Any(name => name.StartsWith("stem.", StringComparison.Ordinal)), Is.EqualTo(frozen == 0));
        }
    }

    [Test]
    public void Fit_HeadFirst_LearnsFromTheFeatures()
    {
        var log = new ConcurrentQueue<string>(); // ML.NET logs on other threads too
        ml.Log += (_, line) => log.Enqueue(line.RawMessage);
        Fit(Options with { InitialWeights = null, HeadEpochs = 40, Strategy = new ClassBalancedSampling() }).Dispose();
        var told = log.Single(line =>
            line.StartsWith("The head was trained for 40 epochs first: training accuracy ", StringComparison.Ordinal)
        );
        var accuracy = double.Parse(told.Split(' ')[^1].TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(accuracy, Is.GreaterThan(0.8), "random features tell the colours of these classes apart");
    }

    [Test]
    public void Fit_HeadFirstByQLearning_ChangesTheHeadAlone()
    {
        using var model = Fit(Options with { HeadEpochs = 2, InitialShare = 1, Strategy = new DeepQLearning() });
        Assert.That(Changed(tiny.Classifier, model), Is.EquivalentTo(new[] { "fc.weight", "fc.bias" }));
    }

    [Test]
    public void Fit_HeadFirst_TellsOfItsFeaturesAndNotOfItsEpochs()
    {
        var phases = new List<PhaseReport>();
        var options = Options with { HeadEpochs = 5, PhaseProgress = new CalledProgress<PhaseReport>(phases.Add) };
        Fit(options).Dispose();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(phases.Select(report => report.Phase), Has.Some.EqualTo(TrainingPhase.ComputingFeatures));
            Assert.That(phases.Select(report => report.Epochs).OfType<int>(), Is.All.EqualTo(options.Epochs));
        }
    }

    [Test]
    public void Fit_HeadThatDiverges_SaysWhatChangesIt()
    {
        var strategy = StrategyOf.Loss((_, _, _, loss) => loss * double.NaN);
        Assert.That(
            () => Fit(Options with { HeadEpochs = 3, Strategy = strategy }),
            Throws.TypeOf<TrainingDivergedException>().With.Message.Contains("HeadEpochs").And.Property("Epoch").EqualTo(1)
        );
    }

    [TestCase(60, 4, 4, 45)]
    [TestCase(10, 30, 25, 8)]
    [TestCase(1, 3, 3, 0)]
    public void Fit_HeadFirst_AsksTheStrategyForTheEpochAtTheSameShare(int headEpochs, int epochs, int from, int before)
    {
        var steps = new List<(string Strategy, int Number, int Total)>();
        TrainingStrategy Noting(string name) =>
            new StrategyOf(epoch =>
                new()
                {
                    Loss = (logits, labels) =>
                    {
                        if (logits.requires_grad) // not in the rehearsal before training
                        {
                            steps.Add((name, epoch.Number, epoch.Total));
                        }

                        return Losses.CrossEntropy(logits, labels);
                    },
                }
            );
        var options = Options with
        {
            HeadEpochs = headEpochs,
            Epochs = epochs,
            BatchSize = 36, // all images: an epoch is one step
            Strategy = new Deferred(Noting("before"), Noting("after"), from),
        };
        Fit(options).Dispose();
        var ofHead = steps.Take(headEpochs).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ofHead.TakeWhile(step => step.Strategy == "before").Count(), Is.EqualTo(before));
            Assert.That(ofHead.Skip(before).Select(step => step.Strategy), Is.All.EqualTo("after"));
            Assert.That(ofHead.Select(step => step.Number), Is.Ordered.And.All.InRange(1, epochs));
            Assert.That(ofHead[^1].Number, Is.EqualTo(epochs));
            Assert.That(steps.Skip(headEpochs).Select(step => step.Number), Is.EqualTo(Enumerable.Range(1, epochs)));
            Assert.That(steps.Select(step => step.Total), Is.All.EqualTo(epochs));
        }
    }

    [Test]
    public void Fit_StrategyWithoutARuleForProgressInTheFirstEpoch_FailsBeforeImagesAreRead()
    {
        var missing = tiny.Context.Data.LoadFromEnumerable(
            new[] { "cat", "dog", "owl" }.Select(name => new LabelledImageFile { ImagePath = "nowhere.png", Label = name })
        );
        var strategy = new StrategyOf(epoch =>
            epoch is { Number: 1, TrainingAccuracy: not null } ? throw new NotSupportedException() : new TrainingRule()
        );
        var options = Options with { HeadEpochs = 2, Strategy = strategy }; // the head's second epoch asks for the only one
        Assert.That(() => TinyModel.Trainer(ml, options).Fit(tiny.Keys.Transform(missing)), Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void Fit_HeadFirstOfClassesThatAreNotDrawn_TellsTheAccuracyOfTheOthers()
    {
        var log = new ConcurrentQueue<string>(); // ML.NET logs on other threads too
        ml.Log += (_, line) => log.Enqueue(line.RawMessage);
        var strategy = new StrategyOf(epoch => new() { SamplingWeights = epoch.PerClass(n => n == 6 ? 0 : 1) });
        Fit(Options with { HeadEpochs = 1, Strategy = strategy }).Dispose();
        Assert.That(log, Has.One.Match("^The head was trained for 1 epochs first: training accuracy [01]"));
    }

    [Test]
    public void Fit_HeadFirst_TakesTheTimeLeftFromTheEpochsAlone()
    {
        var reports = new List<EpochReport>();
        var options = Options with
        {
            Epochs = 2,
            HeadEpochs = 1,
            Progress = new CalledProgress<EpochReport>(reports.Add),
            PhaseProgress = new CalledProgress<PhaseReport>(report =>
                Thread.Sleep(report is { Phase: TrainingPhase.ComputingFeatures, Images: 0 } ? 100 : 0)
            ),
        };
        Fit(options).Dispose();
        Assert.That(
            reports[0].TimeLeft,
            Is.LessThan(reports[0].Elapsed - TimeSpan.FromMilliseconds(90)),
            "as long as the first of the two epochs"
        );
    }

    [Test]
    public void Fit_AShareOfTheWeightsBefore_IsTheMeanOfBoth([Values(0.25, 0.5)] double share)
    {
        using var before = Fit(Options with { HeadEpochs = 1, InitialShare = 1 });
        using var after = Fit(Options with { HeadEpochs = 1, InitialShare = 0 });
        using var between = Fit(Options with { HeadEpochs = 1, InitialShare = share });
        var (first, last, model) = (Weights(before), Weights(after), Weights(between));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first["fc.weight"], Is.Not.EqualTo(last["fc.weight"]));
            foreach (var name in model.Keys)
            {
                var mean = first[name].Zip(last[name], (a, b) => (share * a) + ((1 - share) * b));
                Assert.That(model[name], Is.EqualTo(mean).Within(1e-5), name);
            }
        }
    }

    [Test]
    public void Fit_StatisticsAreKept_AreThoseOfTheWeights([Values(true, false)] bool kept)
    {
        using var model = Fit(Options with { KeepsStatistics = kept });
        var statistics = Changed(tiny.Classifier, model).Where(name => name.EndsWith("running_mean", StringComparison.Ordinal));
        Assert.That(statistics, kept ? Is.Empty : Is.Not.Empty);
    }

    [Test]
    public void Fit_HeadFirst_LeavesNoTensor()
    {
        var options = Options with { InitialWeights = null, HeadEpochs = 2, InitialShare = 0.5 };
        Assert.That(NativeMemory.TensorsLeftBy(() => Fit(options).Dispose()), Is.EqualTo(NativeMemory.CountedTwice(options.Backbone)));
    }

    [Test]
    public void Fit_MixingStrategy_MixesNothingWhileTheHeadIsTrained()
    {
        var mixing = new MajorFeatureWeakening();
        using var mixed = Fit(Options with { HeadEpochs = 2, InitialShare = 1, Strategy = mixing });
        using var plain = Fit(Options with { HeadEpochs = 2, InitialShare = 1 });
        Assert.That(Weights(mixed)["fc.weight"], Is.EqualTo(Weights(plain)["fc.weight"]));
    }

    private static List<string> Changed(ImageClassifierModel before, ImageClassifierModel after)
    {
        var (first, last) = (Weights(before), Weights(after));
        return [.. last.Keys.Where(name => !first[name].SequenceEqual(last[name]))];
    }

    private static Dictionary<string, double[]> Weights(ImageClassifierModel model)
    {
        using var scope = NewDisposeScope();
        return model
            .Classifier.Network.state_dict()
            .Where(weight => weight.Value.is_floating_point())
            .ToDictionary(weight => weight.Key, weight => weight.Value.to(float64).contiguous().data<double>().ToArray());
    }

    private ImageClassifierModel Fit(ImageClassifierOptions options) => TinyModel.Trainer(ml, options).Fit(tiny.Keyed);
}

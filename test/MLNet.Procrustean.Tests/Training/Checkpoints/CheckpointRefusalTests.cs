using System.Globalization;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training.Checkpoints;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Checkpoints of another training are refused, with every difference, and stay unchanged.</summary>
public sealed class CheckpointRefusalTests
{
    private CheckpointedTraining training = null!;
    private Dictionary<string, byte[]> before = [];

    private static IEnumerable<TestCaseData> OtherTrainings =>
        [
            Case(
                options => options with { Strategy = new LogitAdjustment { Tau = 0.5 } },
                "Strategy: checkpoint StrategyOf",
                "now LogitAdjustment { Tau = 0.5 }"
            ),
            Case(
                options =>
                    options with
                    {
                        Backbone = new CifarResNet { Depth = 8, Width = 6 },
                    },
                "Backbone: checkpoint CifarResNet",
                "Width = 6"
            ),
            Case(options => options with { WhitenedStem = true }, "WhitensStem: checkpoint False, now True"),
            Case(options => options with { ImageSize = 18 }, "ImageSize: checkpoint 16, now 18"),
            Case(options => options with { Channels = 1 }, "Channels: checkpoint 3, now 1"),
            Case(options => options with { AspectRatio = AspectRatio.CenterCrop }, "AspectRatio: checkpoint Squash, now CenterCrop"),
            Case(options => options with { Augmentation = Augmentation.None }, "Augmentation: checkpoint Augmentation { CropPadding = 4"),
            Case(options => options with { Epochs = 4 }, "Epochs: checkpoint 3, now 4"),
            Case(options => options with { BatchSize = 5 }, "BatchSize: checkpoint 4, now 5"),
            Case(options => options with { LearningRate = 0.1 }, "LearningRate: checkpoint 0.05, now 0.1"),
            Case(options => options with { MaxGradientNorm = 3 }, "MaxGradientNorm"),
            Case(
                options => options with { LearningRateSchedule = new StepSchedule() },
                "LearningRateSchedule: checkpoint CosineSchedule",
                "now StepSchedule"
            ),
            Case(options => options with { Momentum = 0.8 }, "Momentum: checkpoint 0.9, now 0.8"),
            Case(options => options with { WeightDecay = 0 }, "WeightDecay: checkpoint 0.0002, now 0"),
            Case(
                options => options with { Precision = Precision.Auto.On(CPU) == ScalarType.Float32 ? Precision.Bf16 : Precision.Fp32 },
                "Precision: checkpoint "
            ),
            Case(options => options with { ValidationSetFraction = 0.2 }, "ValidationSetFraction: checkpoint 0.3, now 0.2"),
            Case(options => options with { Keep = KeptEpoch.Last }, "Keep: checkpoint Best, now Last"),
            Case(options => options with { Seed = 6 }, "Seed: checkpoint 5, now 6"),
            Case(
                options => options with { InitialWeights = TinyModel.Shared.Classifier },
                "InitialWeights: checkpoint none, now a model with weights"
            ),
            Case(
                options => options with { LearningRate = 0.1, Epochs = 4, BatchSize = 5 },
                "LearningRate: checkpoint",
                "Epochs: checkpoint",
                "BatchSize: checkpoint"
            ),
            .. Later.Select(one => Case(one.Change, $"{one.Name}: checkpoint {one.Neutral}, now {one.Set}")),
        ];

    // Checkpoints say nothing of these options where they have the first value, which changes nothing, as those of earlier versions.
    private static IEnumerable<(
        string Name,
        string Neutral,
        string Set,
        Func<ImageClassifierOptions, ImageClassifierOptions> Change
    )> Later =>
        [
            ("Optimizer", "Sgd", "Adam", options => options with { Optimizer = Optimizer.Adam, LearningRate = 0.05 }),
            ("LayerDecay", "1", "0.5", options => options with { LayerDecay = 0.5 }),
            ("FrozenStages", "0", "1", options => options with { FrozenStages = 1 }),
            ("HeadEpochs", "0", "1", options => options with { HeadEpochs = 1 }),
            ("KeepsStatistics", "False", "True", options => options with { KeepsStatistics = true }),
            ("InitialShare", "0", "0.5", options => options with { InitialShare = 0.5 }),
            ("BatchParts", "1", "2", options => options with { BatchParts = 2 }),
        ];

    private static IEnumerable<TestCaseData> LaterOptions =>
        Later.Select(one => Case(one.Change, $"{one.Name}: checkpoint {one.Set}, now {one.Neutral}"));

    [SetUp]
    public void Interrupt()
    {
        training = new();
        training.Cancel(step: 7);
        before = training.Contents();
    }

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [TestCaseSource(nameof(OtherTrainings))]
    public void Fit_OtherOptions_IsRefusedWithEveryDifference(Func<ImageClassifierOptions, ImageClassifierOptions> change, string[] lines)
    {
        var steps = 0;
        var problem = Assert.Throws<ArgumentException>(() => training.Fit(change(training.Options), inStep: _ => steps++))!;
        using (Assert.EnterMultipleScope())
        {
            foreach (var line in lines)
            {
                Assert.That(problem.Message, Does.Contain(line));
            }

            Assert.That(problem.Message.Split("checkpoint ").Length - 2, Is.InRange(1, 3), "differences");
            Assert.That(
                problem.Message,
                Does.Contain(training.Path).And.Contain("to train again, delete the folder or name another one in CheckpointPath")
            );
            Assert.That(steps, Is.Zero);
            Assert.That(training.Contents(), Is.EqualTo(before));
        }
    }

    [TestCaseSource(nameof(LaterOptions))]
    public void Fit_OptionSetBack_IsRefused(Func<ImageClassifierOptions, ImageClassifierOptions> change, string[] lines)
    {
        using var other = new CheckpointedTraining();
        other.Cancel(step: 7, change(other.Options)); // after the head's five, if there are any

        Assert.That(() => other.Fit(other.Options), Throws.ArgumentException.With.Message.Contains(lines[0]));
    }

    [Test]
    public void Fit_FinishedWithAnOptionThatIsSetBack_TrainsAgain()
    {
        training.DeleteCheckpoints();
        training.Fit(training.Options with { KeepsStatistics = true }).Dispose();
        var steps = 0;

        training.Fit(training.Options, inStep: _ => steps++).Dispose();

        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps));
    }

    [Test]
    public void Options_AllOthers_AreCompared()
    {
        var later = new ImageClassifierOptions
        {
            FrozenStages = 1,
            LayerDecay = 0.5,
            HeadEpochs = 1,
            KeepsStatistics = true,
            InitialShare = 0.5,
            Optimizer = Optimizer.Adam,
            BatchParts = 2,
        };
        var compared = TrainingSettings.Of(later, CPU).Keys;
        var tried = OtherTrainings.SelectMany(one => (string[])one.Arguments[1]!).Select(line => line.Split(':')[0]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(compared, Is.SubsetOf(tried), "an option without a test: give it one, or name it among those without influence");
            Assert.That(
                compared.Concat(TrainingSettings.WithoutInfluence),
                Is.EquivalentTo(typeof(ImageClassifierOptions).GetProperties().Select(option => option.Name))
            );
        }
    }

    [Test]
    public void Fit_OtherImages_IsRefusedWithThem()
    {
        var problem = Assert.Throws<ArgumentException>(() => training.Fit(training.Options, training.Images(red: 17)))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                problem.Message,
                Does.Contain("Training images: checkpoint 19 with pixels and labels ").And.Contain(", now 20 with")
            );
            Assert.That(problem.Message, Does.Not.Contain("Epochs"));
            Assert.That(training.Contents(), Is.EqualTo(before));
        }
    }

    [Test]
    public void Fit_OneMoreClass_IsRefusedWithTheClasses() =>
        Assert.That(
            () => training.Fit(training.Options, ColourRows.Of(training.Ml, 16, 11, 4)),
            Throws.ArgumentException.With.Message.Contains("Classes: checkpoint 'red', 'green', now 'red', 'green', 'blue'")
        );

    [Test]
    public void Fit_OtherChoicesWithoutInfluence_Resumes()
    {
        var steps = 0;
        var options = training.Options with
        {
            ScoreColumnName = "Probability",
            FeatureColumnName = "Features",
            AverageFlips = true,
            BadImages = BadImages.Skip,
            OnCancel = CancellationOutcome.KeepBest,
            Diagnostics = null,
            Progress = new CalledProgress<EpochReport>(_ => { }),
        };
        training.Fit(options, inStep: _ => steps++).Dispose();
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps - 7));
    }

    [Test]
    public void Fit_UnderAnotherCulture_Resumes()
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        try
        {
            Assert.That(() => training.Fit(training.Options).Dispose(), Throws.Nothing);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Test]
    public void Fit_Refused_LeavesNoTensorAndTheFolderFree()
    {
        var left = NativeMemory.TensorsLeftBy(() =>
            Assert.That(() => training.Fit(training.Options, training.Images(red: 17)), Throws.ArgumentException)
        );
        Assert.That(left, Is.EqualTo(NativeMemory.CountedTwice(training.Options.Backbone)));
        Assert.That(() => training.Fit(training.Options).Dispose(), Throws.Nothing);
    }

    private static TestCaseData Case(Func<ImageClassifierOptions, ImageClassifierOptions> change, params string[] lines) =>
        new TestCaseData(change, lines).SetArgDisplayNames(lines[0]);
}

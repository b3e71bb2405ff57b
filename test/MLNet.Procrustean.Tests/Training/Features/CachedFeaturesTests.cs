using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training.Features;

/// <summary>Trainings that find the features of their frozen stages beside the image cache.</summary>
public sealed class CachedFeaturesTests
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny = TinyModel.Shared;
    private readonly List<LoggingEventArgs> log = [];
    private readonly List<TrainingPhase> phases = [];
    private TemporaryFolder folder = null!;

    public CachedFeaturesTests() => ml.Log += (_, line) => log.Add(line);

    private string CachePath => Path.Combine(folder.Path, "images.cache");

    private IEnumerable<string> Told => log.Select(line => line.RawMessage);

    private ImageClassifierOptions Options =>
        TinyModel.Options with
        {
            InitialWeights = tiny.Classifier,
            Strategy = new PlainTraining(),
            FrozenStages = 3,
            Augmentation = Augmentation.None with { HorizontalFlip = true },
            PhaseProgress = new CalledProgress<PhaseReport>(report => phases.Add(report.Phase)),
        };

    [SetUp]
    public void MakeFolder() => folder = new();

    [TearDown]
    public void DeleteFolder() => folder.Dispose();

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(4)]
    public void Fit_ASecondTime_ComputesNothingAndGivesTheBitsOfAFitWithoutACache(int frozen)
    {
        var options = Options with { FrozenStages = frozen, ValidationSet = tiny.Keyed, HeadEpochs = 2, Keep = KeptEpoch.Best };
        var expected = Fit(options);
        var first = Fit(options with { CachePath = CachePath });
        Assert.That(phases, Does.Contain(TrainingPhase.ComputingFeatures));
        var second = Fit(options with { CachePath = CachePath });
        var ofParts = frozen == 4 ? new[] { 5 } : [frozen, 5];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Is.EqualTo(expected));
            Assert.That(second, Is.EqualTo(expected));
            Assert.That(phases, Does.Not.Contain(TrainingPhase.ComputingFeatures));
            Assert.That(Told, Has.Exactly(3).StartsWith("The features of 36 images are those of"));
            Assert.That(
                Directory.GetFiles(folder.Path).Select(Path.GetFileName).Where(name => name!.Contains("features")).Order(),
                Is.EqualTo(
                    ofParts
                        .Select(parts => $"images.cache.features-{parts}.safetensors")
                        .Append($"images.cache.validation.features-{ofParts[0]}.safetensors")
                )
            );
        }
    }

    [Test]
    public void Fit_OtherSeedStrategyEpochsAndBatches_FindsTheFeatures()
    {
        var options = Options with { CachePath = CachePath };
        Fit(options);
        Fit(
            options with
            {
                Seed = 17,
                Strategy = new MajorFeatureWeakening { Depth = MixingDepth.PooledFeatures },
                Epochs = 1,
                BatchSize = 9,
                LearningRate = 0.01,
            }
        );
        Assert.That(phases, Does.Not.Contain(TrainingPhase.ComputingFeatures).And.Contain(TrainingPhase.Training));
    }

    [TestCase("weights")]
    [TestCase("images")]
    [TestCase("precision")]
    [TestCase("preprocessing")]
    [TestCase("views")]
    [TestCase("views", "copies")]
    public void Fit_SomethingElseThatDecidesTheFeatures_ComputesThemAgain(string what, string how = "")
    {
        var options = Options with { CachePath = CachePath, Precision = Precision.Fp32 };
        Fit(options);
        using var other = TinyModel.Trainer(ml, TinyModel.Options with { Seed = 6, Epochs = 1 }).Fit(tiny.Keyed);
        var changed = what switch
        {
            "weights" => options with { InitialWeights = other },
            "precision" => options with { Precision = Precision.Bf16 },
            "preprocessing" => options with { ImageSize = 20 },
            "views" when how == "copies" => options with { Augmentation = new() { Copies = 1 } },
            "views" => options with { Augmentation = Augmentation.None },
            _ => options,
        };
        var images = what == "images" ? ml.Data.SkipRows(tiny.Keyed, 1) : tiny.Keyed;
        var again = Fit(changed, images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Told, Has.One.EndsWith($".features-3.safetensors' are computed again: they are of other {what}."));
            Assert.That(phases, Does.Contain(TrainingPhase.ComputingFeatures));
            Assert.That(again, Is.EqualTo(Fit(changed with { CachePath = null }, images)));
        }
    }

    [Test]
    public void Fit_ResumedFromACheckpoint_GivesTheBitsOfAFitWithoutACache()
    {
        var expected = Fit(Options);
        using var stop = new CancellationTokenSource();
        var options = Options with { CachePath = CachePath, CheckpointPath = Path.Combine(folder.Path, "checkpoints") };
        var stopping = options with { Cancellation = stop.Token, Progress = new CalledProgress<EpochReport>(_ => stop.Cancel()) };
        Assert.That(() => Fit(stopping), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Fit(options), Is.EqualTo(expected));
        Assert.That(phases, Does.Not.Contain(TrainingPhase.ComputingFeatures));
    }

    [Test]
    public void Fit_WhereNothingCanBeWritten_WarnsAndGivesTheSameBits()
    {
        var expected = Fit(Options);
        Assert.That(Fit(Options with { CachePath = Path.Combine(folder.Path, "nowhere", "cache") }), Is.EqualTo(expected));
        Assert.That(
            log.Where(line => line.Kind == ChannelMessageKind.Warning).Select(line => line.RawMessage),
            Has.One.StartsWith("The file of features '").And.One.StartsWith("The image cache '")
        );
    }

    [Test]
    public void Fit_WithACache_LeavesNoTensorAndNoOpenFile()
    {
        var options = Options with { InitialWeights = null, CachePath = CachePath, Epochs = 1 };
        Assert.That(NativeMemory.TensorsLeftBy(() => Fit(options)), Is.EqualTo(NativeMemory.CountedTwice(options.Backbone)));
        var file = Directory.GetFiles(folder.Path, "*.features-3.safetensors").Single();
        Assert.That(() => File.Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing);
    }

    // The bits of the weights; what is told is that of the last fit.
    private byte[] Fit(ImageClassifierOptions options, IDataView? images = null)
    {
        log.Clear();
        phases.Clear();
        using var model = TinyModel.Trainer(ml, options).Fit(images ?? tiny.Keyed);
        return NetworkBits.Of(model.Classifier.Network);
    }
}

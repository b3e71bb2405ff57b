using Microsoft.ML;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Replicas;

/// <summary>Any number of processes that share the same parts trains the same model.</summary>
public sealed class SharedTrainingTests
{
    private static readonly object[] Trainings =
    [
        Case("recommended", options => options),
        Case("plain", options => options with { Strategy = new PlainTraining() }),
        Case("mixup", options => options with { Strategy = new Mixup { Depth = MixingDepth.AnyStage } }),
        Case("Remix", options => options with { Strategy = new Remix() }),
        Case("sampling", options => options with { Strategy = new ClassBalancedSampling() }),
        Case("class-balanced weights", options => options with { Strategy = new ClassBalancedWeights() }),
        Case("adversarial", options => options with { Strategy = new CostSensitiveAdversarialTraining() }),
        Case("progress", options => options with { Strategy = new MajorFeatureWeakening { FollowsProgress = true, MixedFraction = 0.5 } }),
        Case("bfloat16, clipped", options => options with { Precision = Precision.Bf16, MaxGradientNorm = 0.5 }),
        Case("Adam", options => options with { Optimizer = Optimizer.Adam }),
        Case("diagnosed", options => options with { Diagnostics = new TrainingDiagnostics { ImagesPerClass = 3 } }),
        Case("photos", options => options with { Augmentation = Changing }),
        Case("copies", options => options with { Augmentation = Changing with { Copies = 2 } }),
        Case("head first", options => options with { FrozenStages = 2, HeadEpochs = 2, InitialShare = 0.5, Augmentation = Flipping }),
    ];

    private static Augmentation Changing =>
        Augmentation.ForPhotos with
        {
            ColorJitter = new ColorJitter
            {
                Brightness = 0.5,
                Contrast = 0.5,
                Saturation = 0.5,
            },
            TrivialAugment = true,
            ErasingProbability = 0.5,
        };

    private static Augmentation Flipping => Augmentation.None with { HorizontalFlip = true };

    [TestCaseSource(nameof(Trainings))]
    public void Fit_TheSameParts_GivesTheSameModelForAnyNumberOfProcesses(
        string _,
        Func<ImageClassifierOptions, ImageClassifierOptions> change
    )
    {
        var options = change(SharedFit.Options);
        var alone = SharedFit.Models(1, options)[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SharedFit.Models(2, options), Is.All.EqualTo(alone), "two processes");
            Assert.That(SharedFit.Models(4, options), Is.All.EqualTo(alone), "four processes");
        }
    }

    [Test]
    public void Fit_OtherParts_AreAnotherTraining() =>
        Assert.That(
            SharedFit.Models(1, SharedFit.Options with { BatchParts = 2 })[0],
            Is.Not.EqualTo(SharedFit.Models(1, SharedFit.Options)[0])
        );

    [Test]
    public void Fit_OneProcessOfOne_ExchangesNothing()
    {
        var options = SharedFit.Options with { BatchParts = 1 };
        var silent = ThreadReplicas.Results(1, _ => SharedFit.Model(options with { Replicas = new ProcessOf(1) }))[0];
        Assert.That(silent, Is.EqualTo(SharedFit.Models(1, options with { Replicas = null })[0]));
    }

    [Test]
    public void Fit_SharedCache_IsWrittenByTheFirstAndReadByAll()
    {
        using var folder = new TemporaryFolder();
        var options = SharedFit.Options with { CachePath = Path.Combine(folder.Path, "images"), FrozenStages = 2, Augmentation = Flipping };
        var alone = SharedFit.Models(1, options with { CachePath = null })[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SharedFit.Models(4, options), Is.All.EqualTo(alone));
            Assert.That(
                Directory.GetFiles(folder.Path).Select(Path.GetFileName),
                Is.EquivalentTo(["images", "images.features-2.safetensors", "images.validation.features-2.safetensors"])
            );
        }
    }

    [TestCase(2, true, false)]
    [TestCase(1, true, true)]
    public void Train_FrozenStagesWithoutACache_ComputesFeaturesOnceOnEachMachine(int ofMachine, bool first, bool second)
    {
        using var images = ToyImages.Of(9, 7);
        var options = SmallTraining.Options with { FrozenStages = 2, Augmentation = Flipping, BatchParts = 2 };
        var classes = ToyImages.CountsOf(images);
        var computed = ThreadReplicas.Results(2, Computes, ofMachine);
        Assert.That(computed, Is.EqualTo(new[] { first, second }));

        bool Computes(IReplicas replicas)
        {
            var phases = new List<TrainingPhase>();
            var preprocessing = Preprocessing.Measure(images.Pixels, options.Shape);
            using var network = options.Backbone.Build(options.Channels, classes.Classes, SmallTraining.Seed, ClassifierHead.Linear);
            network.Freeze(options.FrozenStages);
            using var state = new TrainingState(network, options);
            var loop = new TrainingLoop(options, classes, preprocessing, CPU, SmallTraining.Seed) { Processes = new(replicas) };
            var meter = new PhaseMeter(new CalledProgress<PhaseReport>(report => phases.Add(report.Phase)), _ => { });
            loop.Train(state, new(images, null), _ => { }, meter: meter);
            return phases.Contains(TrainingPhase.ComputingFeatures);
        }
    }

    [Test]
    public void Fit_DeepQLearningInParts_IsRefused() =>
        Assert.That(
            () => SharedFit.Model(SharedFit.Options with { Strategy = new DeepQLearning() }),
            Throws.ArgumentException.With.Message.Contains("works on whole batches in one process; BatchParts is 4: leave it out")
        );

    [Test]
    public void Fit_TooFewImagesForTheParts_IsRefused() =>
        Assert.That(
            () => SharedFit.Model(SharedFit.Options with { BatchSize = 64, BatchParts = 9 }),
            Throws.ArgumentException.With.Message.Contains(
                "There are 17 training images, and each of the 9 parts of a batch takes at least two; give at most 8 for BatchParts"
            )
        );

    [Test]
    public void Fit_PartsForABatchThatFewImagesMakeSmaller_IsRefused() =>
        Assert.That(
            () =>
                SharedFit.Model(
                    new()
                    {
                        ImageColumnName = "Image",
                        ImageSize = 16,
                        BatchParts = 16,
                    }
                ),
            Throws.ArgumentException.With.Message.Contains("each part takes at least two images of a batch of 16; give at most 8")
        );

    [Test]
    public void Fit_NoSeed_TakesThatOfTheFirst()
    {
        var models = ThreadReplicas.Results(2, replicas => Fit(replicas));
        Assert.That(models[1], Is.EqualTo(models[0]));

        static byte[] Fit(IReplicas replicas)
        {
            var ml = new MLContext(); // another seed in each process
            return SharedFit.Model(SharedFit.Options with { Seed = null, Replicas = replicas }, SharedFit.Images(ml));
        }
    }

    [Test]
    public void Fit_TwoProcesses_OnlyTheFirstReportsAndLogs()
    {
        var counted = ThreadReplicas.Results(2, replicas =>
        {
            var (reports, phases, lines) = (0, 0, 0);
            var ml = new MLContext(seed: 1);
            ml.Log += (_, line) => lines += line.Source.Contains(nameof(ImageClassifierTrainer), StringComparison.Ordinal) ? 1 : 0;
            var options = SharedFit.Options with
            {
                Replicas = replicas,
                Progress = new CalledProgress<EpochReport>(_ => reports++),
                PhaseProgress = new CalledProgress<PhaseReport>(_ => phases++),
            };
            using var model = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(SharedFit.Images(ml));
            return (reports, phases: phases > 0, lines: lines > 0, kept: model.EpochReports.Length);
        });
        Assert.That(counted, Is.EqualTo(new[] { (3, true, true, 3), (0, false, false, 3) }));
    }

    private static object[] Case(string name, Func<ImageClassifierOptions, ImageClassifierOptions> change) => [name, change];
}

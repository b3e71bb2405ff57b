using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

public sealed class ImageClassifierOptionsTests
{
    private static IEnumerable<TestCaseData> OutOfRange =>
        [
            Case(options => options with { ImageSize = 15 }, "ImageSize is 15; it must be from 16 to 1024"),
            Case(options => options with { ImageSize = 1025 }, "ImageSize is 1025; it must be from 16 to 1024"),
            Case(options => options with { Channels = 2 }, "Channels is 2; it must be one of 1, 3"),
            Case(options => options with { AspectRatio = (AspectRatio)9 }, "AspectRatio is 9; it must be one of Squash"),
            Case(options => options with { BadImages = (BadImages)9 }, "BadImages is 9; it must be one of Refuse"),
            Case(options => options with { Epochs = 0 }, "Epochs is 0; it must be at least 1"),
            Case(options => options with { BatchSize = 1 }, "BatchSize is 1; it must be at least 2"),
            Case(options => options with { BatchParts = 0 }, "BatchParts is 0; it must be at least 1"),
            Case(options => options with { MaxGradientNorm = 0 }, "MaxGradientNorm is 0; it must be a finite number above 0"),
            Case(options => options with { LearningRate = 0 }, "LearningRate is 0; it must be a finite number above 0"),
            Case(options => options with { LearningRate = double.NaN }, "LearningRate is NaN"),
            Case(options => options with { LearningRate = double.PositiveInfinity }, "LearningRate is"),
            Case(options => options with { Momentum = -0.1 }, "Momentum is -0.1; it must be from 0 to 1"),
            Case(options => options with { Optimizer = (Optimizer)2 }, "Optimizer is 2; it must be one of Sgd, Adam"),
            Case(options => options with { Momentum = 1.1 }, "Momentum is 1.1; it must be from 0 to 1"),
            Case(options => options with { WeightDecay = -1e-9 }, "WeightDecay is -1E-09; it must be from 0 to 1"),
            Case(options => options with { WeightDecay = 2 }, "WeightDecay is 2; it must be from 0 to 1"),
            Case(options => options with { ValidationSetFraction = -0.1 }, "ValidationSetFraction is -0.1; it must be from 0 to 0.9"),
            Case(options => options with { ValidationSetFraction = 0.91 }, "ValidationSetFraction is 0.91; it must be from 0 to 0.9"),
            Case(options => options with { OnCancel = (CancellationOutcome)2 }, "OnCancel is 2; it must be one of Throw, KeepBest"),
            Case(
                options => options with { CheckpointInterval = TimeSpan.FromTicks(-1) },
                "CheckpointInterval is -00:00:00.0000001; it must not be negative"
            ),
            Case(options => options with { Keep = (KeptEpoch)2 }, "Keep is 2; it must be one of Last, Best"),
        ];

    private static IEnumerable<TestCaseData> Missing =>
        [
            Case(options => options with { LabelColumnName = "" }, "LabelColumnName is empty"),
            Case(options => options with { ImageColumnName = " " }, "ImageColumnName is empty"),
            Case(options => options with { ScoreColumnName = null! }, "ScoreColumnName is empty"),
            Case(options => options with { PredictedLabelColumnName = "\t" }, "PredictedLabelColumnName is empty"),
            Case(options => options with { FeatureColumnName = " " }, "FeatureColumnName is empty"),
            Case(options => options with { CheckpointPath = " " }, "CheckpointPath is empty; give the path of a folder"),
            Case(options => options with { CachePath = " " }, "CachePath is empty; give the path of a file, or null for none"),
            Case(options => options with { Strategy = null! }, "'Strategy'"),
            Case(options => options with { Backbone = null! }, "'Backbone'"),
            Case(options => options with { Augmentation = null! }, "'Augmentation'"),
            Case(options => options with { LearningRateSchedule = null! }, "'LearningRateSchedule'"),
        ];

    private static IEnumerable<TestCaseData> Contradictions =>
        [
            Case(
                options =>
                    options with
                    {
                        ImageSize = 32,
                        Augmentation = new() { CropPadding = 32 },
                    },
                "Augmentation.CropPadding is 32, and ImageSize is 32: crops would have nothing of the image"
            ),
            Case(
                options => options with { BatchParts = 33 },
                "BatchParts is 33, and each part takes at least two images of a batch of 64; give at most 32"
            ),
            Case(
                options => options with { BatchParts = 3, Replicas = new ProcessOf(2) },
                "BatchParts is 3, which 2 processes cannot share equally; give a multiple of 2"
            ),
            Case(
                options => options with { Replicas = new ProcessOf(4) },
                "BatchParts is 1, which 4 processes cannot share equally; give a multiple of 4"
            ),
            Case(
                options => options with { ImageSize = 129 },
                "ImageSize is 129, and the backbone cifar-resnet-20-w16 takes images of 16 to 128 pixels"
            ),
            Case(
                options => options with { ImageSize = 31, Backbone = new ResNet() },
                "ImageSize is 31, and the backbone resnet-18 takes images of 32 to 1024"
            ),
            Case(
                options => options with { Augmentation = new() { ResizedCrop = new() } },
                "Both CropPadding, which is 4, and ResizedCrop crop the images; set CropPadding to 0"
            ),
            Case(
                options => options with { Augmentation = Augmentation.ForPhotos with { ResizedCrop = new() { Size = 160 } } },
                "Augmentation.ResizedCrop.Size is 160, and the backbone cifar-resnet-20-w16 takes images of 16 to 128 pixels"
            ),
            Case(options => options with { Strategy = new MajorFeatureWeakening { Depth = MixingDepth.BeforeStage(4) } }, "before stage 4"),
            Case(options => options with { Optimizer = Optimizer.Adam, Momentum = 1 }, "Momentum is 1, and Optimizer is Adam"),
            Case(options => options with { FeatureColumnName = "Score" }, "Two columns of the model would be named 'Score'; give"),
            Case(options => options with { ScoreColumnName = "PredictedLabel" }, "would be named 'PredictedLabel'"),
            Case(
                options => options with { ValidationSet = Rows(), ValidationSetFraction = 0.1 },
                "Both ValidationSet and ValidationSetFraction are given"
            ),
            Case(
                options => options with { Keep = KeptEpoch.Best },
                "Keep is Best, which takes validation images; give ValidationSet or ValidationSetFraction"
            ),
        ];

    [TestCaseSource(nameof(OutOfRange))]
    public void Init_OutOfRange_SaysWhatIsAllowed(Func<ImageClassifierOptions, ImageClassifierOptions> change, string message) =>
        Assert.That(() => change(new()), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    [TestCaseSource(nameof(Missing))]
    public void Init_Missing_NamesTheOption(Func<ImageClassifierOptions, ImageClassifierOptions> change, string message) =>
        Assert.That(() => change(new()), Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));

    [TestCaseSource(nameof(Contradictions))]
    public void Catalog_Contradiction_SaysWhatToChange(Func<ImageClassifierOptions, ImageClassifierOptions> change, string message) =>
        Assert.That(
            () => new MLContext().MulticlassClassification.Trainers.ProcrusteanImageClassification(change(new())),
            Throws.ArgumentException.With.Message.Contains(message)
        );

    [Test]
    public void Catalog_OptionsAtTheirLimits_AcceptsThem()
    {
        var trainers = new MLContext().MulticlassClassification.Trainers;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () =>
                    trainers.ProcrusteanImageClassification(
                        new ImageClassifierOptions
                        {
                            ImageSize = 16,
                            BatchSize = 2,
                            Epochs = 1,
                            Momentum = 0,
                        }
                    ),
                Throws.Nothing
            );
            Assert.That(
                () => trainers.ProcrusteanImageClassification(new ImageClassifierOptions { BatchParts = 32, Replicas = new ProcessOf(8) }),
                Throws.Nothing
            );
            Assert.That(
                () => trainers.ProcrusteanImageClassification(new ImageClassifierOptions { ImageSize = 1024, Backbone = new ResNet() }),
                Throws.Nothing
            );
            Assert.That(
                () =>
                    trainers.ProcrusteanImageClassification(
                        new ImageClassifierOptions { Keep = KeptEpoch.Best, ValidationSetFraction = 0.9 }
                    ),
                Throws.Nothing
            );
            Assert.That(
                () => trainers.ProcrusteanImageClassification(new ImageClassifierOptions { Keep = KeptEpoch.Best, ValidationSet = Rows() }),
                Throws.Nothing
            );
        }
    }

    [Test]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new ImageClassifierOptions();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.LabelColumnName, Is.EqualTo("Label"));
            Assert.That(options.ImageColumnName, Is.EqualTo("ImagePath"));
            Assert.That(options.ScoreColumnName, Is.EqualTo("Score"));
            Assert.That(options.PredictedLabelColumnName, Is.EqualTo("PredictedLabel"));
            Assert.That((options.FeatureColumnName, options.AverageFlips), Is.EqualTo(((string?)null, false)));
            Assert.That(options.Strategy, Is.EqualTo(new RecommendedStrategy()));
            Assert.That(options.Backbone, Is.EqualTo(new CifarResNet { Depth = 20, Width = 16 }));
            Assert.That((options.WhitenedStem, options.WhitensStem), Is.EqualTo(((bool?)null, true)));
            Assert.That((options.ImageSize, options.Channels), Is.EqualTo((64, 3)));
            Assert.That(
                (options.AspectRatio, options.BadImages, options.Keep),
                Is.EqualTo((AspectRatio.Squash, BadImages.Refuse, KeptEpoch.Last))
            );
            Assert.That(options.CachePath, Is.Null);
            Assert.That(options.Precision, Is.EqualTo(Precision.Auto));
            Assert.That(options.Augmentation, Is.EqualTo(new Augmentation { CropPadding = 4, HorizontalFlip = null }));
            Assert.That((options.Epochs, options.BatchSize), Is.EqualTo((30, 64)));
            Assert.That((options.LearningRate, options.Momentum, options.WeightDecay), Is.EqualTo((0.05, 0.9, 0.0002)));
            Assert.That((options.BatchParts, options.Replicas), Is.EqualTo((1, (IReplicas?)null)));
            Assert.That(options.Optimizer, Is.EqualTo(Optimizer.Sgd));
            Assert.That(options.LearningRateSchedule, Is.EqualTo(new CosineSchedule { WarmUpEpochs = 1 }));
            Assert.That((options.ValidationSet, options.ValidationSetFraction), Is.EqualTo(((IDataView?)null, 0.0)));
            Assert.That(options.Diagnostics, Is.Null);
            Assert.That(options.InitialWeights, Is.Null);
            Assert.That(
                (options.OnCancel, options.CheckpointPath, options.CheckpointInterval),
                Is.EqualTo((CancellationOutcome.Throw, (string?)null, TimeSpan.FromMinutes(10)))
            );
            Assert.That(
                (options.Seed, options.Progress, options.Cancellation),
                Is.EqualTo(((int?)null, (IProgress<EpochReport>?)null, CancellationToken.None))
            );
        }
    }

    [TestCase(1_999, 16, 0.0125)]
    [TestCase(2_000, 64, 0.05)]
    public void ForImageCount_FromScratch_TakesSmallBatchesForFew(int images, int batchSize, double learningRate)
    {
        var options = new ImageClassifierOptions().ForImageCount(images);
        Assert.That((options.BatchSize, options.LearningRate, options.Epochs), Is.EqualTo((batchSize, learningRate, 30)));
    }

    [TestCase(1_999, 0.00025)]
    [TestCase(2_000, 0.001)]
    public void LearningRate_WithAdam_IsAFiftieth(int images, double learningRate)
    {
        var options = new ImageClassifierOptions { Optimizer = Optimizer.Adam }.ForImageCount(images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.LearningRate, Is.EqualTo(learningRate).Within(1e-12));
            Assert.That((options with { LearningRate = 0.5 }).LearningRate, Is.EqualTo(0.5));
        }
    }

    [Test]
    public void ForImageCount_NoImage_IsRefused() =>
        Assert.That(() => new ImageClassifierOptions().ForImageCount(0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Defaults_BatchOrRateIsGiven_OtherStaysAsForManyImages()
    {
        var few = new ImageClassifierOptions { ImageCount = 100 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That((few with { BatchSize = 64 }).LearningRate, Is.EqualTo(0.05));
            Assert.That((few with { LearningRate = 0.05 }).BatchSize, Is.EqualTo(64));
            Assert.That((few with { InitialWeights = TinyModel.Shared.Classifier }).BatchSize, Is.EqualTo(64), "refined");
        }
    }

    [Test]
    public void Equals_SameChoices_IsTrue() =>
        Assert.That(
            new ImageClassifierOptions
            {
                LearningRateSchedule = new StepSchedule { Factor = 0.1 },
                Epochs = 3,
            },
            Is.EqualTo(
                new ImageClassifierOptions
                {
                    Epochs = 3,
                    LearningRateSchedule = new StepSchedule { Factor = 0.1 },
                }
            )
        );

    private static TestCaseData Case(Func<ImageClassifierOptions, ImageClassifierOptions> change, string message) =>
        new TestCaseData(change, message).SetArgDisplayNames(message);

    private static IDataView Rows() => new MLContext().Data.LoadFromEnumerable(Array.Empty<object>());
}

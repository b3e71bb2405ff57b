using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>How a training that the trainer starts ends, and what it leaves behind.</summary>
public sealed class ImageClassifierTrainingTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly ImageClassifierOptions Options = SmallTraining.Options with
    {
        ImageColumnName = "Image",
        Strategy = new MajorFeatureWeakening(),
        Seed = 1,
    };

    [Test]
    public void Fit_Colours_GivesAModelThatTellsThemApart()
    {
        var data = ColourRows.Of(Ml, 40, 8, 16);
        using var model = Fit(Options with { Epochs = 12, LearningRate = 0.1 }, data);
        var metrics = Ml.MulticlassClassification.Evaluate(model.Transform(ColourRows.Of(Ml, 10, 10, 10)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.MacroAccuracy, Is.GreaterThan(0.95));
            Assert.That(model.EpochReports.Select(report => report.Epoch), Is.EqualTo(Enumerable.Range(1, 12)));
            Assert.That(model.TrainingCounts, Is.EqualTo(new long[] { 40, 8, 16 }));
        }
    }

    [Test]
    public void Fit_Options_LeavesThemAsTheyWere()
    {
        var options = Options with { ValidationSetFraction = 0.3, Keep = KeptEpoch.Best, LearningRateSchedule = new StepSchedule() };
        var (copy, text) = (options with { }, options.ToString());
        var trainer = Ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options);
        trainer.Fit(ColourRows.Of(Ml, 10, 5)).Dispose();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trainer.Options, Is.SameAs(options));
            Assert.That(options, Is.EqualTo(copy));
            Assert.That(options.ToString(), Is.EqualTo(text));
        }
    }

    [Test]
    public void Fit_ThenDispose_LeavesNoTensor()
    {
        var data = ColourRows.Of(Ml, 12, 5);
        var options = Options with { ValidationSetFraction = 0.3 };
        Assert.That(
            NativeMemory.TensorsLeftBy(() => Fit(options, data).Dispose()),
            Is.EqualTo(NativeMemory.CountedTwice(options.Backbone))
        );
    }

    [Test]
    public void Fit_InsideACallersScope_GivesAModelThatOutlivesIt()
    {
        var data = ColourRows.Of(Ml, 12, 5);
        ImageClassifierModel model;
        using (TorchSharp.torch.NewDisposeScope())
        {
            model = Fit(Options, data);
        }

        using var outside = Fit(Options, data);
        using (model)
        {
            Assert.That(Scores(model, data), Is.EqualTo(Scores(outside, data)));
        }
    }

    [Test]
    public void Fit_ThirdEpochDiverges_ThrowsWithTheModelOfTheSecond()
    {
        var data = ColourRows.Of(Ml, 12, 5);
        var options = Options with { Epochs = 5, Strategy = StrategyOf.Loss((epoch, _, _, loss) => epoch == 3 ? loss * double.NaN : loss) };
        var problem = Assert.Throws<TrainingDivergedException>(() => Fit(options, data))!;
        using var model = problem.LastGoodModel!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.Epoch, Is.EqualTo(3));
            Assert.That(
                problem.Message,
                Does.Contain("diverged in epoch 3").And.Contain("Lower the learning rate").And.Contain("LastGoodModel holds")
            );
            Assert.That(model.EpochReports.Select(report => report.Epoch), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(Scores(model, data).Select(scores => scores.Sum()), Is.EqualTo(Enumerable.Repeat(1f, 17)).Within(1e-5));
        }
    }

    [Test]
    public void Fit_FirstEpochDiverges_ThrowsWithoutAModelAndLeavesNoTensor()
    {
        var data = ColourRows.Of(Ml, 12, 5);
        var options = Options with { Strategy = StrategyOf.Loss((_, _, _, loss) => loss * double.NaN) };
        var left = NativeMemory.TensorsLeftBy(() =>
        {
            var problem = Assert.Throws<TrainingDivergedException>(() => Fit(options, data))!;
            using (Assert.EnterMultipleScope())
            {
                Assert.That(problem.Epoch, Is.EqualTo(1));
                Assert.That(problem.LastGoodModel, Is.Null);
                Assert.That(problem.Message, Does.EndWith("(a tenth is a good next try)."));
            }
        });
        Assert.That(left, Is.EqualTo(NativeMemory.CountedTwice(options.Backbone)));
    }

    [Test]
    public void Fit_CancelledByProgress_StopsBeforeTheNextStepAndLeavesNoTensor()
    {
        var data = ColourRows.Of(Ml, 12, 5);
        var steps = 0;
        void CancelAfterTheFirstEpoch()
        {
            steps = 0;
            using var cancellation = new CancellationTokenSource();
            var options = Options with
            {
                Epochs = 4,
                // the rehearsal before training has three labels
                Strategy = StrategyOf.Watching((_, labels) => steps += labels.Length > 3 ? 1 : 0),
                Progress = new CalledProgress<EpochReport>(_ => cancellation.Cancel()),
                Cancellation = cancellation.Token,
            };
            Assert.That(() => Fit(options, data), Throws.InstanceOf<OperationCanceledException>());
        }

        var left = NativeMemory.TensorsLeftBy(CancelAfterTheFirstEpoch);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(steps, Is.EqualTo(2)); // 17 images in batches of 8 and 9
            Assert.That(left, Is.EqualTo(NativeMemory.CountedTwice(Options.Backbone)));
        }
    }

    [Test(Description = "For the counts of the classes, for the memory that the images take, and for the images.")]
    public void Fit_RowsOfUnknownNumber_AreReadThreeTimesAtMost()
    {
        var passes = 0;
        var rows = Ml.Data.CreateEnumerable<ColourRows.Row>(ColourRows.Texts(Ml, 6, 4), reuseRowObject: false).ToList();
        var view = Ml.Data.LoadFromEnumerable(Counted());
        var keyed = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
        passes = 0;
        Fit(Options with { Epochs = 1 }, keyed).Dispose();
        Assert.That(passes, Is.InRange(1, 3));

        IEnumerable<ColourRows.Row> Counted()
        {
            passes++;
            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    [Test]
    public void Fit_CancelledByATimer_Stops()
    {
        var data = ColourRows.Of(Ml, 12, 5);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var endless = Options with { Epochs = 50_000, Cancellation = cancellation.Token };
        Assert.That(() => Fit(endless, data), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Fit_ProgressThrows_PassesItOnAndLeavesNoTensor()
    {
        var data = ColourRows.Of(Ml, 12, 5);
        var options = Options with { Progress = new CalledProgress<EpochReport>(_ => throw new NotSupportedException("mine")) };
        var left = NativeMemory.TensorsLeftBy(() => Assert.That(() => Fit(options, data), Throws.TypeOf<NotSupportedException>()));
        Assert.That(left, Is.EqualTo(NativeMemory.CountedTwice(options.Backbone)));
    }

    [Test]
    public void Fit_ResNet50OnSmallPhotos_Trains()
    {
        var options = Options with
        {
            Backbone = new ResNet { Depth = 50 },
            ImageSize = 32,
            Epochs = 1,
        };
        using var model = Fit(options, ColourRows.Of(Ml, 2, 2));
        Assert.That(model.EpochReports.Single().Loss, Is.InRange(0, 10));
    }

    private static ImageClassifierModel Fit(ImageClassifierOptions options, IDataView data) =>
        Ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(data);

    private static float[][] Scores(ImageClassifierModel model, IDataView data) => [.. model.Transform(data).GetColumn<float[]>("Score")];
}

using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>What a training tells before its first epoch ends, within each one, and where the strategy changes its rule.</summary>
public sealed class ImageClassifierProgressTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly ImageClassifierOptions Options = SmallTraining.Options with { ImageColumnName = "Image", Seed = 1 };
    private static readonly ImageClassifierOptions Frozen = Options with
    {
        FrozenStages = 2,
        Augmentation = Augmentation.None with { HorizontalFlip = true },
    };

    [Test]
    public void Fit_PhaseProgress_ReportsThePhasesInOrderWithGrowingCountsUpToTheTotal()
    {
        var reports = new List<PhaseReport>();
        var options = Frozen with { ValidationSet = ColourRows.Of(Ml, 3, 2), PhaseProgress = new CalledProgress<PhaseReport>(reports.Add) };
        Fit(options, ColourRows.Of(Ml, 12, 5)).Dispose();

        // A phase begins with no image and ends with all of them; what is reported between the two depends on the time.
        var begun = reports.Where(report => report.Images == 0).Select(report => (report.Phase, report.TotalImages));
        var ended = reports.Where(report => report.Images == report.TotalImages && report.Epoch is null or 2);
        (TrainingPhase, long?)[] phases =
        [
            (TrainingPhase.ReadingLabels, 17),
            (TrainingPhase.ReadingImages, 17),
            (TrainingPhase.ReadingImages, 5),
            (TrainingPhase.ComputingFeatures, 34),
            (TrainingPhase.ComputingFeatures, 5),
            (TrainingPhase.Training, 17),
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(begun.Distinct(), Is.EqualTo(phases));
            Assert.That(ended.Select(report => (report.Phase, report.TotalImages)).Distinct(), Is.EqualTo(phases));
            Assert.That(reports.Select(report => report.Phase), Is.Ordered);
            Assert.That(reports.Where(report => report.Epoch is not null).Select(report => (report.Epoch, report.Images)), Is.Ordered);
            Assert.That(reports[^1], Is.EqualTo(reports[^1] with { Epoch = 2, Epochs = 2, Images = 17, TimeLeft = TimeSpan.Zero }));
        }
    }

    [Test]
    public void Fit_PhaseProgress_ChangesNoBit([Values] bool frozen)
    {
        var data = ColourRows.Of(Ml, 12, 5);
        var options = frozen ? Frozen : Options;
        using var silent = Fit(options, data);
        using var told = Fit(options with { PhaseProgress = new CalledProgress<PhaseReport>(_ => { }) }, data);
        Assert.That(NetworkBits.Of(told.Classifier.Network), Is.EqualTo(NetworkBits.Of(silent.Classifier.Network)));
    }

    [Test]
    public void Fit_RowsWithoutACount_TellsTheLabelsReadWithoutATotalAndThenTheImagesWithIt()
    {
        var reports = new List<PhaseReport>();
        var tiny = TinyModel.Shared;
        var data = tiny.Keys.Transform(ReshuffledRows.OfImages(tiny));
        Assert.That(data.GetRowCount(), Is.Null);
        TinyModel
            .Trainer(Ml, TinyModel.Options with { Epochs = 1, PhaseProgress = new CalledProgress<PhaseReport>(reports.Add) })
            .Fit(data)
            .Dispose();
        var labels = reports.Where(report => report.Phase == TrainingPhase.ReadingLabels).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(labels.Select(report => (report.TotalImages, report.TimeLeft)), Is.All.EqualTo(((long?)null, (TimeSpan?)null)));
            Assert.That(labels[^1].Images, Is.EqualTo(36));
            Assert.That(reports.First(report => report.Phase == TrainingPhase.ReadingImages).TotalImages, Is.EqualTo(36));
        }
    }

    [Test]
    public void Fit_PhaseProgressThrows_PassesItOnAndLeavesNoTensor([Values] TrainingPhase phase)
    {
        var data = ColourRows.Of(Ml, 12, 5);
        var options = Frozen with
        {
            PhaseProgress = new CalledProgress<PhaseReport>(report =>
                _ = report.Phase == phase ? throw new NotSupportedException("mine") : report
            ),
        };
        var left = NativeMemory.TensorsLeftBy(() => Assert.That(() => Fit(options, data), Throws.TypeOf<NotSupportedException>()));
        Assert.That(left, Is.EqualTo(phase < TrainingPhase.ComputingFeatures ? 0 : NativeMemory.CountedTwice(options.Backbone)));
    }

    [Test]
    public void Fit_CancelledByPhaseProgress_Stops([Values(TrainingPhase.ReadingImages, TrainingPhase.Training)] TrainingPhase phase)
    {
        using var cancellation = new CancellationTokenSource();
        var options = Options with
        {
            Cancellation = cancellation.Token,
            PhaseProgress = new CalledProgress<PhaseReport>(report => CancelIn(report.Phase)),
        };
        Assert.That(() => Fit(options, ColourRows.Of(Ml, 12, 5)), Throws.InstanceOf<OperationCanceledException>());

        void CancelIn(TrainingPhase now)
        {
            if (now == phase)
            {
                cancellation.Cancel();
            }
        }
    }

    [Test]
    public void Fit_RuleThatChanges_IsToldOnceInReportsAndLog()
    {
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, line) => log.Add(line.RawMessage);
        var options = Options with { Strategy = new RecommendedStrategy(), Epochs = 6 };
        using var model = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(ColourRows.Of(ml, 12, 5));
        var told = model.EpochReports.Where(report => report.RuleChange is not null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                told.Select(report => (report.Epoch, report.RuleChange)),
                Is.EqualTo(new[] { (5, "another loss, no mixing of features") })
            );
            Assert.That(log.Where(line => line.Contains("new rule")).ToList(), Has.Count.EqualTo(1).And.All.StartsWith("Epoch 5/6, "));
        }
    }

    private static ImageClassifierModel Fit(ImageClassifierOptions options, IDataView data) =>
        Ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(data);
}

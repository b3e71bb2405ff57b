using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class PhaseMeterTests
{
    private readonly SetClock clock = new();
    private readonly List<PhaseReport> reports = [];
    private readonly List<string> log = [];
    private PhaseMeter meter = null!;

    [SetUp]
    public void SetUp()
    {
        reports.Clear();
        log.Clear();
        meter = new(new CalledProgress<PhaseReport>(reports.Add), log.Add, clock);
    }

    [Test]
    public void Reached_ThousandImagesInTenSeconds_ReportsAtMostFiveTimesASecondAndTheLastOne()
    {
        meter.Begin(TrainingPhase.ReadingImages, 1000);
        for (var image = 1; image <= 1000; image++)
        {
            clock.Pass(0.01);
            meter.Reached(image);
        }

        meter.End();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports, Has.Count.EqualTo(1 + 50 + 1));
            Assert.That(reports.Select(report => report.Images), Is.Ordered.And.All.InRange(0, 1000));
            Assert.That((reports[0].Images, reports[^1].Images, reports[^1].TotalImages), Is.EqualTo((0, 1000, 1000)));
            Assert.That(log, Has.Count.EqualTo(3), "after 5 s, after 10 s, and at the end");
        }
    }

    [Test]
    public void Warn_WithoutAnyoneForWarnings_IsInTheLog()
    {
        var warnings = new List<string>();
        new PhaseMeter(null, log.Add) { Warned = warnings.Add }.Warn("warned");
        meter.Warn("logged");
        Assert.That((string.Join(',', warnings), string.Join(',', log)), Is.EqualTo(("warned", "logged")));
    }

    [Test]
    public void Reached_Images_GiveTheirSpeedAndTheTimeLeft()
    {
        meter.Begin(TrainingPhase.ComputingFeatures, 100);
        clock.Pass(2);
        meter.Reached(20);
        var expected = new PhaseReport
        {
            Phase = TrainingPhase.ComputingFeatures,
            Images = 20,
            TotalImages = 100,
            ImagesPerSecond = 10,
            TimeLeft = TimeSpan.FromSeconds(8),
        };
        Assert.That(reports, Is.EqualTo(new[] { expected with { Images = 0, ImagesPerSecond = 0, TimeLeft = null }, expected }));
    }

    [Test]
    public void Reached_UnknownNumber_TellsNoTimeLeft()
    {
        meter.Begin(TrainingPhase.ReadingLabels, null);
        clock.Pass(5);
        meter.Reached(700);
        meter.End();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                reports.Select(report => (report.Images, report.TotalImages)),
                Is.EqualTo(new[] { (0L, (long?)null), (700, null), (700, null) })
            );
            Assert.That(reports.Select(report => report.TimeLeft), Is.All.Null);
            Assert.That(log[0], Is.EqualTo("Reading labels: 700 rows, 140 rows/s"));
        }
    }

    [Test]
    public void BeginEpoch_Resumed_CountsFromThereAndTakesTheTimeLeftFromWhatItDoes()
    {
        meter.BeginEpoch(3, of: 4, total: 100, done: 40);
        clock.Pass(2);
        meter.Reached(60);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.Select(report => (report.Epoch, report.Images)), Is.EqualTo(new[] { ((int?)3, 40L), (3, 60) }));
            Assert.That(reports[0].TimeLeft, Is.Null);
            Assert.That(
                (reports[1].ImagesPerSecond, reports[1].TimeLeft),
                Is.EqualTo((10.0, TimeSpan.FromSeconds(14))),
                "140 images of 240"
            );
        }
    }

    [Test]
    public void BeginEpoch_AfterAPause_LeavesItOutOfTheSpeedAndNotOutOfTheTimeLeft()
    {
        meter.BeginEpoch(1, of: 2, total: 100, done: 0);
        clock.Pass(10);
        meter.Reached(100);
        meter.End();
        clock.Pass(3); // the validation
        meter.BeginEpoch(2, of: 2, total: 100, done: 0);
        clock.Pass(5);
        meter.Reached(50);
        var last = reports[^1];
        Assert.That((last.Epoch, last.ImagesPerSecond, last.TimeLeft), Is.EqualTo(((int?)2, 10.0, TimeSpan.FromSeconds(6))));
    }

    [Test]
    public void Epochs_ShorterThanTheInterval_AreNotAllReported()
    {
        for (var epoch = 1; epoch <= 1000; epoch++)
        {
            meter.BeginEpoch(epoch, of: 1000, total: 10, done: 0);
            clock.Pass(0.001);
            meter.Reached(10);
            meter.End();
        }

        Assert.That(reports, Has.Count.InRange(5, 7));
        Assert.That((reports[^1].Epoch, reports[^1].Images, reports[^1].TimeLeft), Is.EqualTo(((int?)1000, 10L, TimeSpan.Zero)));
    }

    [Test]
    public void Reached_SlowProgress_IsCalledAgainOnlyAfterTheInterval()
    {
        var calls = 0;
        meter = new(
            new CalledProgress<PhaseReport>(_ =>
            {
                calls++;
                clock.Pass(1);
            }),
            log.Add,
            clock
        );
        meter.Begin(TrainingPhase.ReadingImages, 1000);
        Enumerable.Range(1, 100).ToList().ForEach(image => meter.Reached(image));
        Assert.That(calls, Is.EqualTo(1));
    }

    [Test]
    public void Reached_OneOfVeryMany_TellsATimeLeftThatATimeSpanCanHold()
    {
        meter.BeginEpoch(1, int.MaxValue, int.MaxValue, done: 0);
        clock.Pass(1000);
        meter.Reached(1);
        Assert.That(reports[^1].TimeLeft, Is.GreaterThan(TimeSpan.FromDays(365)));
    }
}

using System.Globalization;
using System.Xml.Linq;

namespace MLNet.Procrustean.Tests.Report;

public sealed class TrainingReportPageTests
{
    [Test]
    public void ToHtml_RunsWithEverything_HasAllSections() =>
        Assert.That(
            ReportPage.Sections(ReportPage.Of(MadeUpRuns.Step.Run("a", 0, 1), MadeUpRuns.Step.Run("b", 1, 2))),
            Is.EqualTo(ReportPage.AllSections)
        );

    [Test]
    public void ToHtml_RunWithoutDiagnostics_LeavesTheirSectionsOut() =>
        Assert.That(
            ReportPage.Sections(ReportPage.Of(MadeUpRuns.Natural.WithoutDiagnostics("a", 0, 1))),
            Is.EqualTo(new[] { "overview", "counts", "recall", "progress", "confusion" })
        );

    [Test]
    public void ToHtml_OneRunCalibratedAndAttacked_ShowsItsNumbersAndNamesTheOther()
    {
        var (first, second) = (MadeUpRuns.Step.Run("a", 0, 1), MadeUpRuns.Step.WithoutDiagnostics("b", 1, 2));

        var page = ReportPage.Of(first, second);

        var (calibration, robustness) = (ReportPage.Section(page, "calibration"), ReportPage.Section(page, "robustness"));
        var (all, averages) = (first.Calibration!.Overall, robustness.Descendants("table").First());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                ReportPage.Cells(calibration.Descendants("table").Single())[0],
                Is.EqualTo(
                    new[] { "a", "all", "400" }.Concat(
                        new[] { all.Accuracy, all.Confidence, all.ExpectedCalibrationError, all.MaximumCalibrationError }.Select(Percent)
                    )
                )
            );
            Assert.That(ReportPage.Cells(averages), Has.Length.EqualTo(1));
            Assert.That(ReportPage.Cells(averages)[0][4], Is.EqualTo(Percent(first.Robustness!.Robust.MacroAccuracy)));
            Assert.That(calibration.Value, Does.Contain("Not measured for b."));
            Assert.That(robustness.Value, Does.Contain("Not measured for b."));
        }

        static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
    }

    [Test]
    public void ToHtml_RobustnessOfOtherClasses_Throws()
    {
        var other = MadeUpRuns.Natural.Run("b", 0, 1).Robustness;
        Assert.That(
            () => TrainingReport.ToHtml([MadeUpRuns.Step.Run("a", 0, 1) with { Robustness = other }], "A report"),
            Throws.ArgumentException.With.Message.Contains("was attacked as a model of other classes")
        );
    }

    [Test]
    public void ToHtml_MetricsAlone_ShowsOnlyThem()
    {
        var metrics = new ImbalanceMetrics(
            ["a", "b"],
            trainingCounts: null,
            [
                [3, 1],
                [0, 4],
            ]
        );
        var page = ReportPage.Of(new TrainedRun { Name = "bare", Metrics = metrics });
        Assert.That(ReportPage.Sections(page), Is.EqualTo(new[] { "overview", "recall", "confusion" }));
    }

    [TestCase(0)]
    [TestCase(12)]
    public void ToHtml_ImagesWithoutAScore_AreCountedWhereThereAreAny(long unscored)
    {
        var run = MadeUpRuns.Step.Run("a", 0, 1);
        var names = run.Metrics.Classes.Select(one => one.Name).ToArray();
        run = run with { Metrics = new(names, trainingCounts: null, run.Metrics.Confusion, unscored) };
        var page = TrainingReport.ToHtml([run], "title");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Contains("Without a score") && page.Contains("<td>12</td>"), Is.EqualTo(unscored > 0));
            Assert.That(TrainingReport.ToCsv([run]), Does.Contain($",unscored_count,{unscored}\r\n"));
            Assert.That(TrainingReport.ToJson([run], "title"), Does.Contain($"\"unscoredCount\": {unscored}"));
        }
    }

    [Test]
    public void ToHtml_OneSectionWithoutData_LeavesThatOneOut(
        [Values("counts", "progress", "leakage", "gradients", "deviation", "norms", "cosines", "collapse")] string id
    )
    {
        var run = MadeUpRuns.Step.Run("a", 0, 1);
        var names = run.Metrics.Classes.Select(one => one.Name).ToArray();
        run = id switch
        {
            "counts" => run with { Metrics = new(names, trainingCounts: null, run.Metrics.Confusion) },
            "progress" => run with { Epochs = [] },
            "leakage" => run with
            {
                Epochs = [.. run.Epochs.Select(report => report with { Diagnostics = report.Diagnostics! with { Leakage = null } })],
            },
            "gradients" => run with
            {
                Epochs = [.. run.Epochs.Select(report => report with { Diagnostics = report.Diagnostics! with { GradientRatio = null } })],
            },
            "deviation" => run with { Diagnostics = run.Diagnostics! with { FeatureDeviation = [.. names.Select(_ => double.NaN)] } },
            "norms" or "cosines" => run with { Diagnostics = null, Prediction = null },
            _ => run with { Diagnostics = null },
        };

        var sections = ReportPage.Sections(ReportPage.Of(run)).ToList();

        Assert.That(sections, Does.Not.Contain(id));
        Assert.That(sections, Is.SubsetOf(ReportPage.AllSections).And.SupersetOf(new[] { "overview", "recall", "confusion" }));
    }

    [Test]
    public void ToHtml_OneOfTwoRunsUndiagnosed_SaysSo()
    {
        var page = ReportPage.Of(MadeUpRuns.Step.Run("with", 0, 1), MadeUpRuns.Step.WithoutDiagnostics("less_of_it", 0, 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReportPage.Section(page, "leakage").Value, Does.Contain("Not measured for less_of_it."));
            Assert.That(ReportPage.Section(page, "progress").Value, Does.Contain("less_of_it as trained"));
            Assert.That(ReportPage.Section(page, "recall").Value, Does.Not.Contain("Not measured"));
        }
    }

    [Test]
    public void ToHtml_UnknownNumbers_AreNeverNaN()
    {
        var run = MadeUpRuns.Step.Run("a", 0, 1);
        run = run with
        {
            Metrics = new(
                [.. run.Metrics.Classes.Select(one => one.Name)],
                [.. run.Metrics.Classes.Select(one => one.TrainingCount!.Value)],
                run.Metrics.Confusion.SetItem(9, [.. new long[10]])
            ),
            Epochs = run.Epochs.SetItem(
                3,
                run.Epochs[3] with
                {
                    Diagnostics = new()
                    {
                        TrainingAccuracy = [.. new double[9], double.NaN],
                        Leakage = double.NaN,
                        FeatureGradients = [.. new double[10]],
                        GradientRatio = double.PositiveInfinity,
                    },
                }
            ),
            Diagnostics = run.Diagnostics! with
            {
                FeatureDeviation = run.Diagnostics.FeatureDeviation.SetItem(2, double.NaN),
                FeatureEnergy = double.NaN,
                ClassifierNorms = [.. Enumerable.Repeat(double.NaN, 10)],
            },
        };

        var html = TrainingReport.ToHtml([run], "A report");

        Assert.That(ReportPage.Sections(ReportPage.Parse(html)), Is.EqualTo(ReportPage.AllSections));
        Assert.That(html, Does.Not.Contain("NaN").And.Not.Contain("Infinity").And.Not.Contain("∞").And.Contain("<td>–</td>"));
    }

    [Test]
    public void ToHtml_OtherCulture_WritesTheSame()
    {
        var runs = new[] { MadeUpRuns.Step.Run("a", 0.2, 1), MadeUpRuns.Step.Run("b", 0.8, 2) };
        var (html, csv, json) = (
            TrainingReport.ToHtml(runs, "A report"),
            TrainingReport.ToCsv(runs),
            TrainingReport.ToJson(runs, "A report")
        );
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new("de-DE")
        {
            NumberFormat = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." },
        };
        try
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(TrainingReport.ToHtml(runs, "A report"), Is.EqualTo(html));
                Assert.That(TrainingReport.ToCsv(runs), Is.EqualTo(csv));
                Assert.That(TrainingReport.ToJson(runs, "A report"), Is.EqualTo(json));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Test]
    public void ToHtml_EveryChart_SaysWhatItShows()
    {
        var page = ReportPage.Of(MadeUpRuns.Step.Run("a", 0, 1), MadeUpRuns.Step.Run("b", 1, 2));
        var charts = ReportPage.Charts(page).ToList();
        Assert.That(charts, Has.Count.EqualTo(10)); // counts, recall, two of progress, leakage, gradients, calibration, and three more
        using (Assert.EnterMultipleScope())
        {
            foreach (var chart in charts)
            {
                Assert.That(chart.Attribute("role")?.Value, Is.EqualTo("img"));
                Assert.That(chart.Attribute("viewBox"), Is.Not.Null);
                Assert.That(chart.Attribute("aria-label")?.Value, Is.Not.Empty);
                Assert.That(((XElement)chart.FirstNode!).Value, Is.EqualTo(chart.Attribute("aria-label")?.Value));
            }

            Assert.That(page.Descendants("figure").Where(figure => figure.Element("figcaption")?.Element("a") is null), Is.Empty);
        }
    }
}

using System.Globalization;

namespace MLNet.Procrustean.Tests.Report;

/// <summary>What the tables of the page say of the runs.</summary>
public sealed class TrainingReportTablesTests
{
    [Test]
    public void ToHtml_Overview_ShowsTheAverages()
    {
        var run = MadeUpRuns.Step.Run("the run", 0.5, 3);
        var row = ReportPage.Cells(ReportPage.Section(ReportPage.Of(run), "overview").Descendants("table").First()).Single();
        string Percent(double? share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
        var metrics = run.Metrics;
        Assert.That(
            row,
            Is.EqualTo(
                new[]
                {
                    "the run",
                    "3",
                    Percent(metrics.MacroAccuracy),
                    Percent(metrics.MicroAccuracy),
                    Percent(metrics.GeometricMean),
                    Percent(metrics.MacroF1),
                    Percent(metrics.ManyRecall),
                    Percent(metrics.MediumRecall),
                    "7 min 30 s",
                }
            )
        );
    }

    [Test]
    public void ToHtml_Confusion_ShowsSharesOfRowsByDescendingCount()
    {
        var metrics = new ImbalanceMetrics(
            ["rare", "common"],
            [10, 90],
            [
                [3, 1],
                [2, 6],
            ]
        );
        var page = ReportPage.Of(new TrainedRun { Name = "a", Metrics = metrics });
        Assert.That(
            ReportPage.Cells(ReportPage.Section(page, "confusion").Descendants("table").Single()),
            Is.EqualTo(new[] { new[] { "common", "75", "25" }, ["rare", "25", "75"] })
        );
    }

    [Test]
    public void ToHtml_Cosines_StandBesideThePredictedOnesAndNameCollapse()
    {
        var run = MadeUpRuns.Step.Run("a", 0, 1);
        var tables = ReportPage.Section(ReportPage.Of(run), "cosines").Descendants("table").Select(ReportPage.Cells).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables, Has.Count.EqualTo(2));
            for (var a = 0; a < 10; a++)
            {
                for (var b = 0; b < 10; b++)
                {
                    // Step imbalance is sorted already. The sign is a minus, not a hyphen.
                    var measured = run.Diagnostics!.ClassifierCosines[a][b]
                        .ToString("0.00", CultureInfo.InvariantCulture)
                        .Replace('-', '−');
                    Assert.That(tables[0][a][b + 1], Is.EqualTo(measured == "−0.00" ? "0.00" : measured));
                    Assert.That(
                        tables[1][a][b + 1],
                        Is.EqualTo(
                            a >= 5 || b >= 5 ? "×collapsed"
                            : a == b ? "1.00"
                            : "−0.25"
                        )
                    );
                }
            }
        }
    }

    [Test]
    public void ToHtml_ManyClasses_DrawsLinesAndPoolsMatrices()
    {
        var page = ReportPage.Of(MadeUpRuns.Many(100).Run("a", 0, 1), MadeUpRuns.Many(100).Run("b", 0.7, 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReportPage.Sections(page), Is.EqualTo(ReportPage.AllSections));
            Assert.That(ReportPage.Cells(ReportPage.Section(page, "confusion").Descendants("table").First()), Has.Length.EqualTo(15));
            Assert.That(ReportPage.Cells(ReportPage.Section(page, "cosines").Descendants("table").First()), Has.Length.EqualTo(12));
        }
    }
}

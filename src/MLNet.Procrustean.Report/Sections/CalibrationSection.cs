using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How far the scores are from probabilities, over all images and by the size of their class.</summary>
internal static class CalibrationSection
{
    private static readonly string[] Columns = ["Run", "Classes", "Test images", "Accuracy", "Confidence", "ECE", "Largest error"];

    public static Section? Of(Comparison comparison)
    {
        var measured = comparison.Runs.Where(run => run.Run.Calibration is not null).ToList();
        return measured.Count == 0
            ? null
            : new(
                "calibration",
                "Calibration",
                "The share of the test images that are recognised over the largest score, their confidence, in 15 equal intervals. On the "
                    + "diagonal a score is the probability of being right; below it the model is too sure of itself. ECE, the expected "
                    + "calibration error, is the mean distance from the diagonal, weighted by the images in each interval.",
                Paper.Calibration,
                [
                    Legend.Runs(measured, withLine: true),
                    Markup.Element(
                        "div",
                        "wide",
                        SvgDrawing.Of(
                            ReliabilityPlot.Of(measured.Select(run => (run.Mark, run.Run.Calibration!.Overall))),
                            600,
                            400,
                            $"Accuracy over confidence on the test images. {Summary(measured)}"
                        )
                    ),
                    Table(comparison, measured),
                ]
            )
            {
                Note = comparison.Missing(run => run.Calibration is not null),
            };
    }

    private static string Summary(IEnumerable<ShownRun> measured) =>
        string.Join(
            " ",
            measured.Select(run => $"{run.Label}: ECE {NumberText.Percent(run.Run.Calibration!.Overall.ExpectedCalibrationError)}.")
        );

    private static XElement Table(Comparison comparison, IEnumerable<ShownRun> measured) =>
        Markup.Table(
            "numbers",
            "Calibration by the number of training images of the class",
            Markup.Row(Columns.Select(name => Markup.Head("col", name))),
            measured.SelectMany(run =>
                Groups(run.Run.Calibration!)
                    .Where(group => group.Curve is not null)
                    .Select(group => Row(comparison, run, group.Name, group.Curve!))
            )
        );

    private static XElement Row(Comparison comparison, ShownRun run, string group, CalibrationCurve curve) =>
        Markup.Row([
            RunHead.Of(comparison, run),
            new XElement("td", group),
            new XElement("td", NumberText.Count(curve.Count)),
            .. new[] { curve.Accuracy, curve.Confidence, curve.ExpectedCalibrationError, curve.MaximumCalibrationError }.Select(
                share => new XElement("td", NumberText.Percent(share))
            ),
        ]);

    private static IEnumerable<(string Name, CalibrationCurve? Curve)> Groups(CalibrationMetrics metrics) =>
        [("all", metrics.Overall), ("many", metrics.Many), ("medium", metrics.Medium), ("few", metrics.Few)];
}

using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>
/// Which classes are taken for which: a shaded table for each run, or the largest confusions where a table would be unreadable.
/// </summary>
internal static class ConfusionSection
{
    private const int LargestShown = 15;

    public static Section Of(Comparison comparison) =>
        comparison.HasManyClasses
            ? new(
                "confusion",
                "Largest confusions",
                $"The {LargestShown} pairs of classes with the most confusions: test images of the first class that were taken for the "
                    + "second, and their share of the first class's test images.",
                Paper.Procrustean,
                [
                    Markup.Panels(
                        comparison.Runs.Select(run =>
                            Markup.Panel("panel", comparison.Runs.Length > 1 ? run.Label : null, Largest(comparison, run))
                        )
                    ),
                ]
            )
            : new(
                "confusion",
                "Confusion",
                "Each row shows the test images of one class, in percent, by the class that they were taken for. Blue is right, orange is "
                    + "wrong, and stronger colours are larger shares. The classes are sorted by their number of training images.",
                Paper.Procrustean,
                [Markup.Panels(comparison.Runs.Select(run => Panel(comparison, run)))]
            );

    private static XElement Panel(Comparison comparison, ShownRun shown) =>
        Markup.Panel(
            "panel fitted",
            comparison.Runs.Length > 1 ? shown.Label : null,
            ConfusionTable.Of(comparison, $"Confusion of the test images in percent: {shown.Label}", shown.Run.Metrics.Confusion)
        );

    private static XElement Largest(Comparison comparison, ShownRun shown)
    {
        var confusion = shown.Run.Metrics.Confusion;
        var classes = Enumerable.Range(0, confusion.Length);
        var pairs = classes
            .SelectMany(actual =>
                classes
                    .Where(predicted => predicted != actual && confusion[actual][predicted] > 0)
                    .Select(predicted => (Actual: actual, Predicted: predicted))
            )
            .OrderByDescending(pair => confusion[pair.Actual][pair.Predicted])
            .Take(LargestShown);
        var head = Markup.Row([
            Markup.Head("col", "Class"),
            Markup.Head("col", "taken for"),
            Markup.Head("col", "Images"),
            Markup.Head("col", "Share"),
        ]);
        return Markup.Table(
            "numbers",
            $"Largest confusions: {shown.Label}",
            head,
            pairs.Select(pair =>
                Markup.Row([
                    Markup.Head("row", comparison.NameWithCount(pair.Actual)),
                    new XElement("td", comparison.NameWithCount(pair.Predicted)),
                    new XElement("td", NumberText.Count(confusion[pair.Actual][pair.Predicted])),
                    new XElement("td", NumberText.Percent((double)confusion[pair.Actual][pair.Predicted] / confusion[pair.Actual].Sum())),
                ])
            )
        );
    }
}

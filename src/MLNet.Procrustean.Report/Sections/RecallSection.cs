using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How well each class is recognised by each run.</summary>
internal static class RecallSection
{
    public static Section Of(Comparison comparison) =>
        new(
            "recall",
            "Recall by class",
            $"The share of a class's test images that the model recognises, TP / (TP + FN).{ClassValues.Reading(comparison)}",
            Paper.Procrustean,
            [
                Legend.Runs(comparison.Runs, withLine: comparison.HasManyClasses),
                ClassValues.Chart(
                    comparison,
                    [
                        .. comparison.Runs.Select(run => new MarkedValues(
                            run.Mark,
                            IsHollow: false,
                            [.. run.Run.Metrics.Classes.Select(one => one.Recall ?? double.NaN)]
                        )),
                    ],
                    position => PlotStyle.Share(position, "Recall on the test images"),
                    $"Recall of each class on the test images. {Summary(comparison)}"
                ),
                ClassValues.Table(comparison, "Recall and precision of each class", [.. comparison.Runs.SelectMany(Columns)]),
            ]
        );

    private static string Summary(Comparison comparison) =>
        string.Join(
            " ",
            comparison.Runs.Select(run =>
                $"{run.Label}: mean {NumberText.Percent(run.Run.Metrics.MacroAccuracy)}, "
                + $"lowest {NumberText.Percent(run.Run.Metrics.Classes.Min(one => one.Recall))}."
            )
        );

    private static IEnumerable<(string Name, Func<int, string> Of)> Columns(ShownRun shown)
    {
        var classes = shown.Run.Metrics.Classes;
        yield return ($"{shown.Label}: recall", c => NumberText.Percent(classes[c].Recall));
        yield return ($"{shown.Label}: precision", c => NumberText.Percent(classes[c].Precision));
    }
}

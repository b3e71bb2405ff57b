using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How well each class is recognised when the test images are attacked.</summary>
internal static class RobustnessSection
{
    private static readonly string[] AverageColumns =
    [
        "Run",
        "ε",
        "Steps",
        "Macro accuracy",
        "attacked",
        "G-\u2060mean",
        "attacked",
        "Cost",
        "attacked",
    ];

    public static Section? Of(Comparison comparison)
    {
        var measured = comparison.Runs.Where(run => run.Run.Robustness is not null).ToList();
        var named = measured.SelectMany(Named).ToList();
        return measured.Count == 0
            ? null
            : new(
                "robustness",
                "Under attack",
                "The recall of each class on the test images as they are (filled), and after an attack (hollow) that knows the model and "
                    + "changes no pixel by more than ε, of 255. Costs are those that the attack aims at: the mean over the classes of the "
                    + $"cost of an image's error. Another attack can find more.{ClassValues.Reading(comparison, hasHollow: true)}",
                Paper.CostSensitiveAttack,
                [
                    ClassValues.LegendOf(comparison, named),
                    Chart(comparison, measured, [.. named.Select(one => one.Values)]),
                    Averages(comparison, measured),
                    ClassValues.Table(comparison, "Recall of each class as it is and under attack", [.. measured.SelectMany(Columns)]),
                    comparison.HasManyClasses ? null : Markup.Panels(measured.Select(run => Confusion(comparison, run))),
                ]
            )
            {
                Note = comparison.Missing(run => run.Robustness is not null),
            };
    }

    private static IEnumerable<(string Name, MarkedValues Values)> Named(ShownRun shown)
    {
        var robustness = shown.Run.Robustness!;
        yield return ($"{shown.Label}, not attacked", new(shown.Mark, IsHollow: false, Recalls(robustness.Clean)));
        yield return ($"{shown.Label}, attacked", new(shown.Mark, IsHollow: true, Recalls(robustness.Robust)));
    }

    private static XElement Chart(Comparison comparison, IReadOnlyList<ShownRun> measured, IReadOnlyList<MarkedValues> values) =>
        ClassValues.Chart(
            comparison,
            values,
            position => PlotStyle.Share(position, "Recall, as they are and attacked"),
            "Recall of each class on the test images as they are and under attack. "
                + string.Join(
                    " ",
                    measured.Select(run =>
                        $"{run.Label}: mean under attack {NumberText.Percent(run.Run.Robustness!.Robust.MacroAccuracy)}."
                    )
                )
        );

    private static XElement Averages(Comparison comparison, IEnumerable<ShownRun> measured) =>
        Markup.Table(
            "numbers",
            "Averages as they are and under attack",
            Markup.Row(AverageColumns.Select(name => Markup.Head("col", name))),
            measured.Select(shown =>
            {
                var run = shown.Run.Robustness!;
                string[] cells =
                [
                    NumberText.Number(run.Attack.Epsilon, "0.##"),
                    NumberText.Count(run.Attack.Steps),
                    NumberText.Percent(run.Clean.MacroAccuracy),
                    NumberText.Percent(run.Robust.MacroAccuracy),
                    NumberText.Percent(run.Clean.GeometricMean),
                    NumberText.Percent(run.Robust.GeometricMean),
                    NumberText.Number(run.CleanCost),
                    NumberText.Number(run.RobustCost),
                ];
                return Markup.Row([RunHead.Of(comparison, shown), .. cells.Select(cell => new XElement("td", cell))]);
            })
        );

    private static XElement Confusion(Comparison comparison, ShownRun shown) =>
        Markup.Panel(
            "panel fitted",
            comparison.Runs.Length > 1 ? $"{shown.Label}, attacked" : "Confusion of the attacked images",
            ConfusionTable.Of(
                comparison,
                $"Confusion of the attacked test images in percent: {shown.Label}",
                shown.Run.Robustness!.Robust.Confusion
            )
        );

    private static IEnumerable<(string Name, Func<int, string> Of)> Columns(ShownRun shown)
    {
        var (clean, robust) = (shown.Run.Robustness!.Clean.Classes, shown.Run.Robustness.Robust.Classes);
        var (before, after) = (shown.Run.Robustness.CleanCosts, shown.Run.Robustness.RobustCosts);
        yield return ($"{shown.Label}: recall", c => NumberText.Percent(clean[c].Recall));
        yield return ($"{shown.Label}: recall, attacked", c => NumberText.Percent(robust[c].Recall));
        yield return ($"{shown.Label}: cost", c => NumberText.Number(before[c]));
        yield return ($"{shown.Label}: cost, attacked", c => NumberText.Number(after[c]));
    }

    private static double[] Recalls(ImbalanceMetrics metrics) => [.. metrics.Classes.Select(one => one.Recall ?? double.NaN)];
}

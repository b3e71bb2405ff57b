using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How far the features of each class's training images lie from those of its test images.</summary>
internal static class DeviationSection
{
    public static Section? Of(Comparison comparison)
    {
        var runs = comparison.Runs.Where(run => run.Run.Diagnostics?.FeatureDeviation.Any(double.IsFinite) == true).ToList();
        return runs.Count == 0
            ? null
            : new(
                "deviation",
                "Feature deviation",
                "The distance between the mean feature of a class's training images and that of its test images, on equally many images "
                    + $"of each class. A large distance means that the model over-fits the class.{ClassValues.Reading(comparison)}",
                Paper.FeatureDeviation,
                [
                    Legend.Runs(runs, withLine: comparison.HasManyClasses),
                    ClassValues.Chart(
                        comparison,
                        [.. runs.Select(run => new MarkedValues(run.Mark, IsHollow: false, run.Run.Diagnostics!.FeatureDeviation))],
                        position =>
                            PlotStyle.FromZero(
                                position,
                                "‖mean training feature − mean test feature‖",
                                runs.SelectMany(run => run.Run.Diagnostics!.FeatureDeviation)
                            ),
                        "Feature deviation of each class."
                    ),
                    ClassValues.Table(
                        comparison,
                        "Feature deviation of each class",
                        [
                            .. runs.Select(run =>
                                (run.Label, (Func<int, string>)(c => NumberText.Significant(run.Run.Diagnostics!.FeatureDeviation[c])))
                            ),
                        ]
                    ),
                ]
            )
            {
                Note = comparison.Missing(run => runs.Any(one => one.Run == run)),
            };
    }
}

using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>The lengths of the classifier's rows, and those that the layer-peeled model predicts.</summary>
internal static class ClassifierNormsSection
{
    public static Section? Of(Comparison comparison)
    {
        var columns = Columns(comparison).ToList();
        return columns.Count == 0
            ? null
            : new(
                "norms",
                "Classifier norms",
                "The length ‖w_c‖ of each class's row of the linear classifier (filled), and the length that the layer-peeled model "
                    + $"predicts from the counts for plain cross entropy (hollow).{ClassValues.Reading(comparison, hasHollow: true)}",
                Paper.LayerPeeled,
                [ClassValues.LegendOf(comparison, columns), Chart(comparison, columns), Table(comparison, columns)]
            )
            {
                Note = comparison.Missing(run => run.Diagnostics is not null || run.Prediction is not null),
            };
    }

    private static XElement Chart(Comparison comparison, List<(string Name, MarkedValues Values)> columns) =>
        ClassValues.Chart(
            comparison,
            [.. columns.Select(column => column.Values)],
            position => PlotStyle.FromZero(position, "Norm of the class’s row, ‖w‖", columns.SelectMany(column => column.Values.Values)),
            "Norm of each class's classifier, measured and predicted."
        );

    private static XElement Table(Comparison comparison, List<(string Name, MarkedValues Values)> columns) =>
        ClassValues.Table(
            comparison,
            "Norm of each class's classifier",
            [.. columns.Select(column => (column.Name, (Func<int, string>)(c => NumberText.Significant(column.Values.Values[c]))))]
        );

    private static IEnumerable<(string Name, MarkedValues Values)> Columns(Comparison comparison) =>
        [
            .. comparison
                .Runs.Where(run => run.Run.Diagnostics is not null)
                .Select(run =>
                    ($"{run.Label}, measured", new MarkedValues(run.Mark, IsHollow: false, run.Run.Diagnostics!.ClassifierNorms))
                ),
            .. Predictions
                .Of(comparison)
                .Select(predicted =>
                    (predicted.Name, new MarkedValues(predicted.Mark, IsHollow: true, predicted.Prediction.ClassifierNorms))
                ),
        ];
}

using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;
using OxyPlot;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>The angles between the classifier's rows, measured and predicted.</summary>
internal static class CosinesSection
{
    private static readonly OxyColor Alike = OxyColor.FromRgb(213, 94, 0);
    private static readonly OxyColor Apart = OxyColor.FromRgb(0, 114, 178);

    public static Section? Of(Comparison comparison)
    {
        var groups = new ClassGroups(comparison);
        var panels = Panels(comparison, groups).ToList();
        var pooled = comparison.HasManyClasses
            ? " Neighbouring ranks are pooled: each cell is the mean over pairs of different classes."
            : "";
        return panels.Count == 0
            ? null
            : new(
                "cosines",
                "Classifier cosines",
                "cos(w_c, w_c′) between the rows of the linear classifier, measured and as the layer-peeled model predicts it for plain "
                    + "cross entropy. Balanced classes have the value "
                    + $"−1/(C − 1) = {NumberText.Number(-1.0 / (comparison.ClassNames.Length - 1))}. Minor classes with the value 1 have "
                    + "collapsed into one (minority collapse). × marks rows that are predicted to be 0, which have no angle. "
                    + $"Blue is apart, orange alike.{pooled}",
                Paper.LayerPeeled,
                [Markup.Panels(panels)]
            );
    }

    private static IEnumerable<XElement> Panels(Comparison comparison, ClassGroups groups) =>
        [
            .. comparison
                .Runs.Where(run => run.Run.Diagnostics is not null)
                .Select(run => Panel(groups, $"{run.Label}, measured", (a, b) => run.Run.Diagnostics!.ClassifierCosines[a][b])),
            .. Predictions.Of(comparison).Select(predicted => Panel(groups, predicted.Name, (a, b) => predicted.Prediction.Cosines[a][b])),
        ];

    private static XElement Panel(ClassGroups groups, string name, Func<int, int, double?> cosine) =>
        Markup.Panel(
            "panel fitted cosines",
            name,
            MatrixTable.Of($"Cosines between classifiers: {name}", groups.Names, "class", (row, column) =>
            {
                var values = groups.Pairs(row, column).Select(pair => cosine(pair.First, pair.Second)).ToList();
                var pair = $"{groups.Names[row]} and {groups.Names[column]}";
                if (values.Count > 0 && values.TrueForAll(value => value is null))
                {
                    return new("×", $"{pair}: a row of length 0 has no angle", Shade: null, "collapsed", "collapsed");
                }

                var mean = values.Where(value => value is { } known && double.IsFinite(known)).Average();
                var text = NumberText.Number(mean);
                return new(
                    text,
                    $"{pair}: {text}",
                    mean is { } known ? MatrixTable.Shade(known < 0 ? Apart : Alike, Math.Abs(known) * 0.8) : null
                );
            })
        );
}

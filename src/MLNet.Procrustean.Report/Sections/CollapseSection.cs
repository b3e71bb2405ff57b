using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How near each model's training features are to neural collapse.</summary>
internal static class CollapseSection
{
    private static readonly (string Name, Func<ModelDiagnostics, double> Of)[] Columns =
    [
        ("NC1 variability", model => model.NeuralCollapse.Variability),
        ("NC2 unequal norms", model => model.NeuralCollapse.UnequalNorms),
        ("NC2 unequal angles", model => model.NeuralCollapse.UnequalAngles),
        ("NC3 duality gap", model => model.NeuralCollapse.DualityGap),
        ("NC4 disagreement", model => model.NeuralCollapse.NearestMeanDisagreement),
        ("E_W classifier", model => model.ClassifierEnergy),
        ("E_H features", model => model.FeatureEnergy),
    ];

    public static Section? Of(Comparison comparison)
    {
        var runs = comparison.Runs.Where(run => run.Run.Diagnostics is not null).ToList();
        if (runs.Count == 0)
        {
            return null;
        }

        var head = Markup.Row([Markup.Head("col", "Run"), .. Columns.Select(column => Markup.Head("col", column.Name))]);
        var rows = runs.Select(shown =>
            Markup.Row([
                RunHead.Of(comparison, shown),
                .. Columns.Select(column => new XElement("td", NumberText.Significant(column.Of(shown.Run.Diagnostics!)))),
            ])
        );
        return new(
            "collapse",
            "Neural collapse",
            "How near the training features are to neural collapse, where NC1 to NC4 are 0. NC1 is the spread within classes relative to "
                + "that between them, NC2 the inequality of the class means' lengths and angles, NC3 the gap between classifier and class "
                + "means, and NC4 the share of images for which the nearest class mean disagrees with the classifier. E_W and E_H are the "
                + "mean ‖w_c‖² and ‖h‖² of the layer-peeled model.",
            Paper.NeuralCollapse,
            [Markup.Table("numbers", "Neural collapse of the runs", head, rows)]
        )
        {
            Note = comparison.Missing(run => run.Diagnostics is not null),
        };
    }
}

using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;
using OxyPlot;
using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>One number of the epochs' diagnostics as a line for each run that has it.</summary>
internal sealed class EpochSeries
{
    private readonly Comparison comparison;
    private readonly List<(ShownRun Run, List<(int Epoch, double Value)> Points)> lines;

    public EpochSeries(Comparison comparison, Func<EpochDiagnostics, double?> of)
    {
        this.comparison = comparison;
        lines =
        [
            .. comparison
                .Runs.Select(run =>
                    (
                        run,
                        run.Run.Epochs.Where(report => report.Diagnostics is not null)
                            .Select(report => (report.Epoch, of(report.Diagnostics!) ?? double.NaN))
                            .ToList()
                    )
                )
                .Where(line => line.Item2.Any(point => double.IsFinite(point.Item2))),
        ];
    }

    public bool IsEmpty => lines.Count == 0;

    public IEnumerable<double> Drawn =>
        lines.SelectMany(line => EpochMedians.Of(line.Points)).Select(point => point.Value).Where(double.IsFinite);

    // Where the lines end, in words.
    private string Ends =>
        string.Join(
            " ",
            lines.Select(line =>
                $"{line.Run.Label}: {NumberText.Significant(line.Points.Last(point => double.IsFinite(point.Value)).Value)} at the end."
            )
        );

    public string Note =>
        EpochMedians.Note(lines.Max(line => line.Points.Count)) + comparison.Missing(run => lines.Any(line => line.Run.Run == run));

    public XElement? Legend => Html.Legend.Runs(lines.Select(line => line.Run), withLine: true);

    public int Epochs => lines.Max(line => line.Run.Run.Epochs.Max(report => report.Epoch));

    /// <summary>The plot across the page, and for readers who do not see it, what it shows and where its lines end.</summary>
    public XElement Chart(PlotModel plot, string description) =>
        Markup.Element("div", "wide", SvgDrawing.Of(plot, 600, 280, $"{description} {Ends}"));

    public PlotModel Plot(Axis axis)
    {
        var model = EpochPlot.Of(
            [
                .. lines.Select(line => new EpochLine(line.Points, line.Run.Mark.Colour)
                {
                    Dashes = line.Run.Mark.Dashes,
                    Marker = line.Run.Mark.Marker,
                    MarkerSize = 3.6 * line.Run.Mark.Size,
                }),
            ],
            Epochs,
            axis
        );
        EpochPlot.MarkRuleChanges(model, lines.SelectMany(line => line.Run.Run.Epochs));
        return model;
    }
}

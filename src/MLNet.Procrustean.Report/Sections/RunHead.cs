using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Runs;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>The first cell of a run's row: its mark, where there are other runs, and its name.</summary>
internal static class RunHead
{
    public static XElement Of(Comparison comparison, ShownRun shown) =>
        Markup.Head(
            "row",
            Markup.Element(
                "span",
                "run",
                comparison.Runs.Length > 1 ? Legend.Swatch(shown.Mark, withLine: true) : null,
                Markup.Element("span", null, shown.Label)
            )
        );
}

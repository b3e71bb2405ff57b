using System.Globalization;
using System.Xml.Linq;
using MLNet.Procrustean.Report.Runs;
using OxyPlot;

namespace MLNet.Procrustean.Report.Html;

/// <summary>Names the lines and marks of a chart, above it, where the legend covers nothing and wraps on a narrow screen.</summary>
internal static class Legend
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>One entry for each run; null where there is only one run.</summary>
    public static XElement? Runs(IEnumerable<ShownRun> runs, bool withLine)
    {
        var shown = runs.ToList();
        return shown.Count < 2 ? null : Of(shown.Select(run => (Swatch(run.Mark, withLine), run.Label)));
    }

    public static XElement Of(IEnumerable<(XElement Swatch, string Name)> entries) =>
        Markup.Element("ul", "legend", entries.Select(entry => new XElement("li", entry.Swatch, Markup.Element("span", null, entry.Name))));

    /// <summary>A run's mark.</summary>
    public static XElement Swatch(RunMark mark, bool withLine, bool isHollow = false) =>
        Drawing(withLine ? Line(mark.Colour, mark.Dashes, RunMark.LineThickness(isHollow)) : null, Marker(mark, isHollow));

    /// <summary>A piece of a line.</summary>
    public static XElement Swatch(OxyColor colour, double[] dashes, double thickness = 2) => Drawing(Line(colour, dashes, thickness));

    private static XElement Drawing(params object?[] content) =>
        new(
            Svg + "svg",
            new XAttribute("class", "swatch"),
            new XAttribute("viewBox", "0 0 30 14"),
            new XAttribute("width", 30),
            new XAttribute("height", 14),
            new XAttribute("aria-hidden", "true"),
            content
        );

    private static XElement Line(OxyColor colour, double[] dashes, double thickness) =>
        new(
            Svg + "line",
            new XAttribute("x1", 0),
            new XAttribute("x2", 30),
            new XAttribute("y1", 7),
            new XAttribute("y2", 7),
            new XAttribute("stroke", Colour(colour)),
            new XAttribute("stroke-width", thickness.ToString(CultureInfo.InvariantCulture)),
            dashes.Length == 0
                ? null
                : new XAttribute("stroke-dasharray", string.Join(' ', dashes.Select(dash => dash.ToString(CultureInfo.InvariantCulture))))
        );

    private static XElement Marker(RunMark mark, bool isHollow) =>
        new(
            Svg + "path",
            new XAttribute(
                "d",
                mark.Marker switch
                {
                    MarkerType.Square => "M10.5 2.5h9v9h-9z",
                    MarkerType.Triangle => "M15 1.5l5 9h-10z",
                    MarkerType.Diamond => "M15 1l6 6l-6 6l-6 -6z",
                    _ => "M10 7a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
                }
            ),
            new XAttribute("fill", isHollow ? "#fff" : Colour(mark.Colour)),
            new XAttribute("stroke", isHollow ? Colour(mark.Colour) : "#fff"),
            new XAttribute("stroke-width", isHollow ? 2 : 1)
        );

    public static string Colour(OxyColor colour) => Markup.Style($"#{colour.R:x2}{colour.G:x2}{colour.B:x2}");
}

using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;
using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>Draws one value for each class and run: rows of dots for a handful of classes, lines over the ranks for many.</summary>
internal static class ClassValues
{
    public static XElement Chart(
        Comparison comparison,
        IReadOnlyList<MarkedValues> values,
        Func<AxisPosition, Axis> axis,
        string description
    )
    {
        var svg = comparison.HasManyClasses
            ? SvgDrawing.Of(RankPlot.Of(comparison, values, axis(AxisPosition.Left)), 640, 320, description)
            : SvgDrawing.Of(
                DotPlot.Of(comparison, values, axis(AxisPosition.Bottom)),
                640,
                Rows.Height(comparison, values.Count),
                description
            );
        return Markup.Element("div", "wide", svg);
    }

    /// <summary>Names the values as the chart draws them; null where there is only one of them.</summary>
    public static XElement? LegendOf(Comparison comparison, IReadOnlyList<(string Name, MarkedValues Values)> named) =>
        named.Count == 1
            ? null
            : Legend.Of(named.Select(one => (Legend.Swatch(one.Values.Mark, comparison.HasManyClasses, one.Values.IsHollow), one.Name)));

    /// <summary>The sentence that a caption needs where many classes are shown by running means.</summary>
    public static string Reading(Comparison comparison, bool hasHollow = false) =>
        comparison.HasManyClasses
            ? " Each dot is a class; the lines are running means over "
                + $"{NumberText.Count(RankPlot.Window(comparison.Order.Length))} classes{(hasHollow ? ", thin for hollow dots." : ".")}"
            : " The classes are sorted by their number of training images, the most frequent on top.";

    /// <summary>The same values as a table, hidden until it is opened.</summary>
    public static XElement Table(Comparison comparison, string caption, IReadOnlyList<(string Name, Func<int, string> Of)> columns) =>
        new(
            "details",
            new XElement("summary", "These numbers as a table"),
            Markup.Table(
                "numbers",
                caption,
                Markup.Row([
                    Markup.Head("col", "Class"),
                    .. comparison.Counts is null ? Array.Empty<XElement>() : [Markup.Head("col", "Training images")],
                    .. columns.Select(column => Markup.Head("col", column.Name)),
                ]),
                comparison.Order.Select(c =>
                    Markup.Row([
                        Markup.Head("row", comparison.ClassNames[c]),
                        .. comparison.Counts is null
                            ? Array.Empty<XElement>()
                            : [new XElement("td", NumberText.Count(comparison.Counts[c]))],
                        .. columns.Select(column => new XElement("td", column.Of(c))),
                    ])
                )
            )
        );
}

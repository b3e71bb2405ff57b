using System.Xml.Linq;
using OxyPlot;

namespace MLNet.Procrustean.Report.Html;

/// <summary>A square matrix over classes as a table with shaded cells.</summary>
internal static class MatrixTable
{
    /// <param name="caption">What the matrix is, for readers of the screen and of the source alike.</param>
    /// <param name="names">The names of the rows and columns.</param>
    /// <param name="corner">What the rows and columns are.</param>
    /// <param name="cell">The content of a cell.</param>
    public static XElement Of(string caption, IReadOnlyList<string> names, string corner, Func<int, int, MatrixCell> cell)
    {
        var head = Markup.Row([
            new XElement("td", new XAttribute("class", "corner"), corner),
            .. names.Select(name => Markup.Head("col", Markup.Element("span", "upright", name))),
        ]);
        return Markup.Table(
            "matrix",
            caption,
            head,
            names.Select((name, row) => Markup.Row([Markup.Head("row", name), .. names.Select((_, column) => Cell(cell(row, column)))]))
        );
    }

    private static XElement Cell(MatrixCell cell) =>
        Markup.Element(
            "td",
            cell.CssClass,
            new XAttribute("title", cell.Explanation),
            cell.Shade is { } shade
                ? new XAttribute("style", Markup.Style($"background:{Legend.Colour(shade)};color:{(IsDark(shade) ? "#fff" : "#1f2328")}"))
                : null,
            cell.Text,
            cell.Spoken is null ? null : Markup.Element("span", "spoken", cell.Spoken)
        );

    /// <summary>A colour mixed with white: the larger the share, from 0 to 1, the stronger.</summary>
    public static OxyColor Shade(OxyColor colour, double share) => OxyColor.Interpolate(OxyColors.White, colour, Math.Clamp(share, 0, 1));

    // Whether white text stands out better than dark text: by the luminance of WCAG; at 0.215 both have the same contrast, and a little
    // above it white is still easier to read.
    private static bool IsDark(OxyColor colour)
    {
        static double Linear(byte value) =>
            value / 255.0 is var share && share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
        return (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B)) < 0.24;
    }
}

/// <summary>A cell: its text, what it means in full, its background, and what a screen reader says in place of a sign.</summary>
internal sealed record MatrixCell(string Text, string Explanation, OxyColor? Shade, string? CssClass = null, string? Spoken = null);

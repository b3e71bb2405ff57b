using System.Globalization;
using System.Xml.Linq;
using OxyPlot;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>Draws a chart as an SVG element that scales with the page and describes the chart to screen readers.</summary>
internal static class SvgDrawing
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <param name="model">The chart.</param>
    /// <param name="width">The width that its text is laid out for, in CSS pixels; the page shows it no wider than that times 1.3.</param>
    /// <param name="height">The height, in CSS pixels.</param>
    /// <param name="description">What the chart shows, in words.</param>
    public static XElement Of(PlotModel model, int width, int height, string description)
    {
        var exporter = new SvgExporter
        {
            Width = width,
            Height = height,
            IsDocument = false,
            TextMeasurer = new GenerousText(width, height),
        };
        var drawn = XElement.Parse(exporter.ExportToString(model));
        if (model.GetLastPlotException() is { } problem)
        {
            throw new InvalidOperationException($"The chart '{description}' could not be drawn.", problem);
        }

        // Nothing lies outside the plot, a clip path would halve the markers at 0 and 100 %, and its name would not be unique on the page.
        drawn.Descendants(Svg + "defs").Remove();
        drawn.Descendants().Attributes("clip-path").Remove();
        drawn.Descendants().Attributes("shape-rendering").Remove(); // of lines that the page scales, "crisp" makes some thicker than others
        drawn.Descendants().Where(DrawsNothing).Remove();
        return new(
            Svg + "svg",
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}")),
            new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"max-width:{130 * width / 100}px")),
            new XAttribute("role", "img"),
            new XAttribute("aria-label", description),
            new XElement(Svg + "title", description),
            drawn.Elements()
        );
    }

    // Frames that OxyPlot writes with lines of no width. A filled shape without an outline has such a line too, and is visible.
    private static bool DrawsNothing(XElement shape)
    {
        string[] style = [.. ((string?)shape.Attribute("style") ?? "").Split(';', StringSplitOptions.TrimEntries)];
        return style.Contains("fill:none") && (style.Contains("stroke:none") || style.Contains("stroke-width:0"));
    }

    /// <summary>
    /// OxyPlot's widths are Helvetica's; the reader's own typeface may be wider, and characters beyond Latin are as wide as they are high.
    /// </summary>
    private sealed class GenerousText(double width, double height) : PdfRenderContext(width, height, OxyColors.Undefined)
    {
        private const double Wider = 1.2;
        private const char FirstWideCharacter = '\u1100';

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            var size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            var wide = (text ?? "").Count(character => character >= FirstWideCharacter) * fontSize;
            return new((size.Width * Wider) + wide, size.Height);
        }
    }
}

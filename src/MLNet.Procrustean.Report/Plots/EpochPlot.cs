using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>Values over the epochs of a training, one line each.</summary>
internal static class EpochPlot
{
    public static PlotModel Of(IReadOnlyList<EpochLine> lines, int epochs, Axis values)
    {
        var axis = PlotStyle.Styled(
            new LinearAxis
            {
                Position = AxisPosition.Bottom,
                Minimum = epochs == 1 ? 0.5 : 1,
                Maximum = epochs == 1 ? 1.5 : epochs,
                MinimumMajorStep = 1,
            },
            "Epoch",
            hasGrid: false
        );
        var model = PlotStyle.Model(axis, values);
        AddLines(model, lines);
        return model;
    }

    public static void AddLines(PlotModel model, params IReadOnlyList<EpochLine> lines)
    {
        foreach (var line in lines)
        {
            model.Series.Add(Series(line));
        }
    }

    /// <summary>Names lines at their ends, to the right of the plot, moved apart where they end at about the same height.</summary>
    public static void NameEnds(PlotModel model, int epochs, double top, params IReadOnlyList<(string Name, EpochLine Line)> named)
    {
        var gap = top / 11;
        var height = double.NegativeInfinity;
        var ends = named
            .Select(pair => (pair.Name, pair.Line, Heights: pair.Line.Drawn.Select(point => point.Value).Where(double.IsFinite).ToList()))
            .Where(end => end.Heights.Count > 0);
        foreach (var (name, line, heights) in ends.OrderBy(end => end.Heights[^1]))
        {
            height = Math.Max(height + gap, heights[^1]);
            model.Annotations.Add(End(name, epochs, height, line.TextColour ?? line.Colour, weight: 600));
        }

        model.Padding = new(4, 8, 52, 4);
    }

    /// <summary>A thin horizontal line that values are compared with.</summary>
    public static void Mark(PlotModel model, int epochs, double value, string name)
    {
        model.Annotations.Add(
            new LineAnnotation
            {
                Type = LineAnnotationType.Horizontal,
                Y = value,
                Color = PlotStyle.Baseline,
                LineStyle = LineStyle.Solid,
                StrokeThickness = 1.5,
                Layer = AnnotationLayer.BelowSeries,
            }
        );
        model.Annotations.Add(End(name, epochs, value, PlotStyle.QuietInk, weight: 400));
        model.Padding = new(4, 8, 62, 4);
    }

    /// <summary>A thin vertical line before each epoch from which on a strategy trains by another rule.</summary>
    public static void MarkRuleChanges(PlotModel model, IEnumerable<EpochReport> reports)
    {
        foreach (var epoch in reports.Where(report => report.RuleChange is not null).Select(report => report.Epoch).Distinct())
        {
            model.Annotations.Add(
                new LineAnnotation
                {
                    Type = LineAnnotationType.Vertical,
                    X = epoch - 0.5,
                    Color = PlotStyle.Baseline,
                    LineStyle = LineStyle.Solid,
                    StrokeThickness = 1.5,
                    Text = "new rule",
                    TextColor = PlotStyle.QuietInk,
                    TextOrientation = AnnotationTextOrientation.Vertical,
                    TextLinePosition = 0,
                    TextHorizontalAlignment = HorizontalAlignment.Left,
                    TextVerticalAlignment = VerticalAlignment.Bottom,
                    Layer = AnnotationLayer.BelowSeries,
                }
            );
        }
    }

    private static TextAnnotation End(string text, int epochs, double height, OxyColor colour, double weight) =>
        new()
        {
            Text = text,
            TextPosition = new(epochs, height),
            Offset = new(7, 0),
            TextColor = colour,
            FontWeight = weight,
            Stroke = OxyColors.Transparent,
            TextHorizontalAlignment = HorizontalAlignment.Left,
            TextVerticalAlignment = VerticalAlignment.Middle,
        };

    private static LineSeries Series(EpochLine line)
    {
        // a single point does not make a line
        var marker = line.Marker is MarkerType.None && line.Points.Count == 1 ? MarkerType.Circle : line.Marker;
        var series = PlotStyle.Line(line.Colour, line.Thickness, line.Dashes, marker, line.MarkerSize);
        series.Points.AddRange(line.Drawn.Select(point => new DataPoint(point.Epoch, point.Value)));
        return series;
    }
}

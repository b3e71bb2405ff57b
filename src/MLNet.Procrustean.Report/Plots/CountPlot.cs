using System.Globalization;
using MLNet.Procrustean.Report.Runs;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>The number of training images of each class; on a logarithmic axis where a linear one would hide the rare classes.</summary>
internal static class CountPlot
{
    /// <summary>From this imbalance ratio on, the axis is logarithmic.</summary>
    public const double LogarithmicFrom = 20;

    public static bool IsLogarithmic(IReadOnlyList<long> counts) => counts.Max() >= LogarithmicFrom * counts.Min();

    public static PlotModel Of(Comparison comparison, IReadOnlyList<long> counts)
    {
        var position = comparison.HasManyClasses ? AxisPosition.Left : AxisPosition.Bottom;
        var values = counts.Select(count => (double)count);
        var title = IsLogarithmic(counts) ? "Training images (logarithmic)" : "Training images";
        Axis axis = IsLogarithmic(counts)
            ? PlotStyle.Logarithmic(position, title, values, counts.Max(), room: 1.6)
            : PlotStyle.FromZero(position, title, values.Append(1.06 * counts.Max()));
        return comparison.HasManyClasses ? Ranked(comparison, counts, axis) : Bars(comparison, counts, axis);
    }

    private static PlotModel Bars(Comparison comparison, IReadOnlyList<long> counts, Axis axis)
    {
        var model = Rows.Model(comparison, axis);
        for (var row = 0; row < comparison.Order.Length; row++)
        {
            var count = counts[comparison.Order[row]];
            var colour = CountColours.Of(count, counts);
            if (IsLogarithmic(counts))
            {
                AddDot(model, axis.Minimum, count, row, colour);
            }
            else
            {
                AddBar(model, count, row, colour);
            }

            AddNumber(model, count, row, distance: IsLogarithmic(counts) ? 10 : 6);
        }

        return model;
    }

    // A bar's length means nothing where the axis has no zero, so a dot on a thin stem is drawn instead.
    private static void AddDot(PlotModel model, double start, long count, int row, OxyColor colour)
    {
        var stem = new LineSeries { Color = OxyColor.Interpolate(OxyColors.White, colour, 0.45), StrokeThickness = 1.5 };
        stem.Points.AddRange([new(start, row), new(count, row)]);
        var dot = new ScatterSeries
        {
            MarkerType = MarkerType.Circle,
            MarkerSize = 5,
            MarkerFill = colour,
        };
        dot.Points.Add(new(count, row));
        model.Series.Add(stem);
        model.Series.Add(dot);
    }

    private static void AddBar(PlotModel model, long count, int row, OxyColor colour) =>
        model.Annotations.Add(
            new RectangleAnnotation
            {
                MinimumX = 0,
                MaximumX = count,
                MinimumY = row - 0.34,
                MaximumY = row + 0.34,
                Fill = colour,
            }
        );

    private static void AddNumber(PlotModel model, long count, int row, double distance) =>
        model.Annotations.Add(
            new TextAnnotation
            {
                Text = count.ToString("#,0", CultureInfo.InvariantCulture),
                TextPosition = new(count, row),
                Offset = new(distance, 0),
                TextColor = PlotStyle.Ink,
                Stroke = OxyColors.Transparent,
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Middle,
            }
        );

    private static PlotModel Ranked(Comparison comparison, IReadOnlyList<long> counts, Axis axis)
    {
        var model = PlotStyle.Model(RankPlot.Ranks(comparison), axis);
        var steps = new StairStepSeries
        {
            Color = CountColours.Many,
            StrokeThickness = 2,
            VerticalStrokeThickness = 2,
        };
        steps.Points.AddRange(comparison.Order.Select((c, rank) => new DataPoint(rank + 0.5, counts[c])));
        steps.Points.Add(new(comparison.Order.Length + 0.5, counts[comparison.Order[^1]]));
        model.Series.Add(steps);
        return model;
    }
}

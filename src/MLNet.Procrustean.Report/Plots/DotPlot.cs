using MLNet.Procrustean.Report.Runs;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>A value of each class and run: one row for each class, one dot for each run in it.</summary>
internal static class DotPlot
{
    /// <param name="comparison">The runs and the order of the classes.</param>
    /// <param name="dots">The marks with their values in class order; what is not finite is left out.</param>
    /// <param name="axis">The axis of the values, at the bottom.</param>
    public static PlotModel Of(Comparison comparison, IReadOnlyList<MarkedValues> dots, Axis axis)
    {
        var model = Rows.Model(comparison, axis);
        for (var index = 0; index < dots.Count; index++)
        {
            var (mark, isHollow, values) = dots[index];
            var series = new ScatterSeries
            {
                MarkerType = mark.Marker,
                MarkerSize = 4 * mark.Size,
                MarkerFill = isHollow ? OxyColors.White : mark.Colour,
                MarkerStroke = isHollow ? mark.Colour : OxyColors.White,
                MarkerStrokeThickness = isHollow ? 2 : 1,
            };
            series.Points.AddRange(
                comparison
                    .Order.Select((c, row) => new ScatterPoint(values[c], row + Rows.Offset(index, dots.Count)))
                    .Where(point => double.IsFinite(point.X))
            );
            model.Series.Add(series);
        }

        return model;
    }
}

/// <summary>The values of one run, in class order, and how they are drawn; hollow marks are predictions, or of attacked images.</summary>
internal sealed record MarkedValues(RunMark Mark, bool IsHollow, IReadOnlyList<double> Values);

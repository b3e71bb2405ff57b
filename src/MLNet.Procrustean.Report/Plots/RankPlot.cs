using MLNet.Procrustean.Report.Runs;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>
/// A value of many classes and each run: a line of running means over the classes from most to fewest images, a small mark for each class,
/// pale or hollow.
/// </summary>
internal static class RankPlot
{
    public static PlotModel Of(Comparison comparison, IReadOnlyList<MarkedValues> lines, Axis axis)
    {
        var model = PlotStyle.Model(Ranks(comparison), axis);
        foreach (var (mark, isHollow, values) in lines)
        {
            var ordered = comparison.Order.Select(c => values[c]).ToList();
            var dots = new ScatterSeries
            {
                MarkerType = mark.Marker,
                MarkerSize = 1.8,
                MarkerFill = isHollow ? OxyColors.Transparent : OxyColor.Interpolate(OxyColors.White, mark.Colour, 0.45),
                MarkerStroke = isHollow ? mark.Colour : OxyColors.Transparent,
            };
            dots.Points.AddRange(
                ordered.Select((value, rank) => new ScatterPoint(rank + 1, value)).Where(point => double.IsFinite(point.Y))
            );
            var line = PlotStyle.Line(mark.Colour, RunMark.LineThickness(isHollow), mark.Dashes);
            line.Points.AddRange(RunningMean(ordered, Window(ordered.Count)).Select((mean, rank) => new DataPoint(rank + 1, mean)));
            model.Series.Add(dots);
            model.Series.Add(line);
        }

        return model;
    }

    public static LinearAxis Ranks(Comparison comparison) =>
        PlotStyle.Styled(
            new LinearAxis
            {
                Position = AxisPosition.Bottom,
                Minimum = 0.5,
                Maximum = comparison.Order.Length + 0.5,
                MinimumMajorStep = 1,
            },
            comparison.Counts is null ? "Class" : "Class, by number of training images: 1 has the most",
            hasGrid: false
        );

    /// <summary>The number of classes in a running mean: a tenth of them, and an odd number so that the mean is centred.</summary>
    public static int Window(int classes) => (classes / 10) | 1;

    /// <summary>
    /// The mean of the finite values within the window around each position, which is narrower at both ends; NaN where the window has no
    /// finite value.
    /// </summary>
    public static IEnumerable<double> RunningMean(IReadOnlyList<double> values, int window) =>
        values.Select(
            (_, position) =>
                values
                    .Skip(position - (window / 2))
                    .Take(window + Math.Min(0, position - (window / 2)))
                    .Where(double.IsFinite)
                    .DefaultIfEmpty(double.NaN)
                    .Average()
        );
}

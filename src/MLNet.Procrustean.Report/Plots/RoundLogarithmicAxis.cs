using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>
/// A logarithmic axis with ticks at 1, 2 and 5 times the powers of ten, or at the powers alone where those would be too many.
/// </summary>
internal sealed class RoundLogarithmicAxis : LogarithmicAxis
{
    private const double CrowdedDecades = 3.5;

    public override void GetTickValues(
        out IList<double> majorLabelValues,
        out IList<double> majorTickValues,
        out IList<double> minorTickValues
    )
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(ActualMinimum)), (int)Math.Ceiling(Math.Log10(ActualMaximum)));
        int[] factors = Math.Log10(ActualMaximum / ActualMinimum) > CrowdedDecades ? [1] : [1, 2, 5];
        double[] ticks =
        [
            .. Enumerable
                .Range(first, last - first + 1)
                .SelectMany(power => factors.Select(factor => factor * Math.Pow(10, power)))
                .Where(tick => tick >= ActualMinimum && tick <= ActualMaximum),
        ];
        (majorLabelValues, majorTickValues, minorTickValues) = (ticks, ticks, []);
    }
}

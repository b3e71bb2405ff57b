using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>
/// A logarithmic axis with ticks at 1, 2 and 5 times the powers of ten, at the powers alone where those would be too many, or at equal
/// steps where they would be too few to show a scale.
/// </summary>
internal sealed class RoundLogarithmicAxis : LogarithmicAxis
{
    private const double CrowdedDecades = 3.5;
    private const int FewestTicks = 3;

    public override void GetTickValues(
        out IList<double> majorLabelValues,
        out IList<double> majorTickValues,
        out IList<double> minorTickValues
    )
    {
        var ticks = Ticks(ActualMinimum, ActualMaximum);
        (majorLabelValues, majorTickValues, minorTickValues) = (ticks, ticks, []);
    }

    /// <summary>The ticks of an axis from a smallest to a largest value, both above 0: at least 3.</summary>
    public static double[] Ticks(double smallest, double largest)
    {
        int[] factors = Math.Log10(largest / smallest) > CrowdedDecades ? [1] : [1, 2, 5];
        double[] round = [.. Round(smallest, largest, factors).Where(tick => tick >= smallest && tick <= largest)];
        return round.Length >= FewestTicks ? round : EqualSteps(smallest, largest);
    }

    // Ascending: the factors times each power of ten, from the one below the smallest value to the one above the largest.
    private static IEnumerable<double> Round(double smallest, double largest, int[] factors)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(smallest)), (int)Math.Ceiling(Math.Log10(largest)));
        return Enumerable.Range(first, last - first + 1).SelectMany(power => factors.Select(factor => factor * Math.Pow(10, power)));
    }

    // The multiples of the largest round step that has enough of them between the ends.
    private static double[] EqualSteps(double smallest, double largest)
    {
        var difference = largest - smallest;
        var step = Round(difference / 100, difference, [1, 2, 5]).Last(step => Multiples(step).Count() >= FewestTicks);
        return [.. Multiples(step)];

        IEnumerable<double> Multiples(double step)
        {
            var (first, last) = ((long)Math.Ceiling(smallest / step), (long)Math.Floor(largest / step));
            return Enumerable.Range(0, (int)Math.Max(0, last - first + 1)).Select(index => (first + index) * step);
        }
    }
}

namespace MLNet.Procrustean.Numerics;

/// <summary>The minimum of a function of one number that falls and then rises.</summary>
internal static class GoldenSection
{
    private static readonly double Ratio = (Math.Sqrt(5) - 1) / 2;

    /// <summary>Where the function is smallest, to within a tolerance; an end of the interval where it only falls or rises.</summary>
    /// <remarks>
    /// Kiefer, "Sequential minimax search for a maximum", Proceedings of the AMS 4 (1953), 502–506: each step compares two inner points and
    /// drops the part beyond the worse one, and one of the two is used again.
    /// </remarks>
    public static double Minimum(Func<double, double> function, double low, double high, double tolerance)
    {
        var (first, second) = (high - (Ratio * (high - low)), low + (Ratio * (high - low)));
        var (atFirst, atSecond) = (function(first), function(second));
        while (high - low > tolerance)
        {
            if (atFirst <= atSecond)
            {
                (high, second, atSecond) = (second, first, atFirst);
                first = high - (Ratio * (high - low));
                atFirst = function(first);
            }
            else
            {
                (low, first, atFirst) = (first, second, atSecond);
                second = low + (Ratio * (high - low));
                atSecond = function(second);
            }
        }

        return (low + high) / 2;
    }
}

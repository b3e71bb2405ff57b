namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>Chooses from a histogram which range its numbers' bytes cover; numbers outside it become its ends.</summary>
/// <param name="Name">For tests and messages.</param>
/// <param name="RangeOf">The lowest and the highest number, with 0 between them.</param>
internal sealed record RangeRule(string Name, Func<Histogram, (float Lowest, float Highest)> RangeOf)
{
    private const double CutShare = 1e-4;
    private const int Steps = 64; // of a side

    /// <summary>All numbers.</summary>
    public static RangeRule Whole { get; } = new("lowest to highest", numbers => (numbers.Lowest, numbers.Highest));

    /// <summary>All but a ten-thousandth, half of it on each side.</summary>
    public static RangeRule Percentile { get; } = new("all but a ten-thousandth", WithoutTails);

    /// <summary>The range that leaves the least mean squared error: a narrower one has finer steps, and cuts more.</summary>
    /// <remarks>Range setting by the mean squared error: https://arxiv.org/abs/2106.08295, section 3.1.</remarks>
    public static RangeRule SquaredError { get; } = new("least squared error", LeastError);

    public static RangeRule[] All { get; } = [Whole, Percentile, SquaredError];

    private static (float, float) WithoutTails(Histogram numbers)
    {
        (float Value, long Count)[] bins = [.. numbers.Bins];
        var cut = bins.Sum(bin => bin.Count) * CutShare / 2;
        return (Math.Clamp(Reached(bins, cut), numbers.Lowest, 0), Math.Clamp(Reached([.. bins.Reverse()], cut), 0, numbers.Highest));
    }

    // The first number with more than so many before it.
    private static float Reached((float Value, long Count)[] bins, double cut)
    {
        var before = 0L;
        foreach (var (value, count) in bins)
        {
            before += count;
            if (before > cut)
            {
                return value;
            }
        }

        return 0;
    }

    // One side after the other, twice.
    private static (float, float) LeastError(Histogram numbers)
    {
        (float Value, long Count)[] bins = [.. numbers.Bins];
        var (lowest, highest) = (numbers.Lowest, numbers.Highest);
        for (var round = 0; round < 2; round++)
        {
            highest = Shares.Select(share => share * numbers.Highest).MinBy(end => Error(bins, ByteScale.Of(lowest, end)));
            if (numbers.Lowest < 0)
            {
                lowest = Shares.Select(share => share * numbers.Lowest).MinBy(end => Error(bins, ByteScale.Of(end, highest)));
            }
        }

        return (lowest, highest);
    }

    private static IEnumerable<float> Shares => Enumerable.Range(1, Steps).Reverse().Select(step => (float)step / Steps);

    private static double Error((float Value, long Count)[] bins, ByteScale scale)
    {
        var sum = 0.0;
        foreach (var (value, count) in bins)
        {
            var error = value - scale.Rounded(value);
            sum += (double)error * error * count;
        }

        return sum;
    }
}

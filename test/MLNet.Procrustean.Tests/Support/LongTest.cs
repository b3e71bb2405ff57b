using System.Globalization;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>How long explicit tests of load take.</summary>
internal static class LongTest
{
    private const string Minutes = "MLNET_PROCRUSTEAN_MINUTES"; // an environment variable

    /// <summary>That many minutes, or as many as the environment variable says.</summary>
    public static TimeSpan Duration(double minutes) =>
        TimeSpan.FromMinutes(
            Environment.GetEnvironmentVariable(Minutes) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : minutes
        );

    /// <summary>
    /// Fails if memory grows by 2 % or more, from the median of the third tenth of the readings to that of the last tenth; the first two
    /// tenths are warm-up.
    /// </summary>
    public static void AssertFlat(IReadOnlyList<double> megabytes)
    {
        Assert.That(megabytes, Has.Count.GreaterThanOrEqualTo(10), "too few readings: let it take longer");
        var tenth = megabytes.Count / 10;
        var tenths = Enumerable.Range(0, 10).Select(i => Median(megabytes.Skip(megabytes.Count * i / 10).Take(tenth))).ToArray();
        var (start, end) = (tenths[2], tenths[^1]);
        TestContext.Out.WriteLine(
            $"resident memory: {start:0.0} MB warm, {end:0.0} MB at the end, {100 * ((end / start) - 1):+0.00;-0.00;+0.00} %; "
                + $"all tenths: {string.Join(" ", tenths.Select(one => $"{one:0.0}"))}"
        );
        Assert.That(end, Is.LessThan(1.02 * start));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

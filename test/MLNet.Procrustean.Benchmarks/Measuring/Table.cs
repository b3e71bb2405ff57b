using System.Globalization;

namespace MLNet.Procrustean.Benchmarks.Measuring;

/// <summary>Tables in Markdown.</summary>
internal static class Table
{
    public static string Of(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows) =>
        string.Join('\n', [Line(head), Line([.. head.Select(_ => "---")]), .. rows.Select(Line)]);

    /// <summary>Medians, the lowest and the highest figure, and a ratio to or of the first contender.</summary>
    /// <param name="what">The head of the first column.</param>
    /// <param name="unit">Of the figures.</param>
    /// <param name="ratioHead">What the ratio is, in words.</param>
    /// <param name="measurements">Those compared.</param>
    /// <param name="ratio">Of a contender and the first one.</param>
    public static string Of(
        string what,
        string unit,
        string ratioHead,
        IReadOnlyList<Measurement> measurements,
        Func<Measurement, Measurement, double> ratio
    ) =>
        Of(
            [what, $"{unit}, median", "lowest to highest", ratioHead],
            measurements.Select(one =>
                new[]
                {
                    one.Name,
                    Number(one.Median),
                    $"{Number(one.Figures.Min())} to {Number(one.Figures.Max())}",
                    ratio(one, measurements[0]).ToString("0.00", CultureInfo.InvariantCulture),
                }
            )
        );

    /// <summary>With about three digits: 1,234 12.3 0.123.</summary>
    public static string Number(double value) =>
        value.ToString(
            Math.Abs(value) switch
            {
                >= 100 => "#,0",
                >= 10 => "0.0",
                >= 1 => "0.00",
                _ => "0.000",
            },
            CultureInfo.InvariantCulture
        );

    private static string Line(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";
}

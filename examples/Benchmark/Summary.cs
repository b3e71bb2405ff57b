using System.Globalization;

namespace Benchmark;

/// <summary>
/// Prints runs as a Markdown table: mean ± standard deviation over the seeds, and the differences to the first strategy on the same seeds.
/// </summary>
internal static class Summary
{
    public static string Table(IReadOnlyList<(string Strategy, IReadOnlyList<RunRow> Runs)> results)
    {
        var (first, firstRuns) = results[0];
        var baseline = firstRuns.ToDictionary(run => run.Key.Seed, run => run.MacroAccuracy);
        string[] head =
        [
            "strategy",
            "macro accuracy",
            $"paired difference to {first}",
            "accuracy over all images",
            "G-mean",
            "recall, major classes",
            "recall, minor classes",
            "seconds",
        ];
        var rows = results.Select(result => Cells(result.Strategy, result.Runs, result == results[0] ? null : baseline));
        return string.Join('\n', [Line(head), $"|{string.Concat(head.Select(_ => "---|"))}", .. rows.Select(Line)]);
    }

    private static string[] Cells(string strategy, IReadOnlyList<RunRow> runs, Dictionary<int, double>? baseline) =>
        [
            strategy,
            MacroAccuracy(runs),
            baseline is null
                ? ""
                : MeanAndDeviation(runs.Select(run => run.MacroAccuracy - baseline[run.Key.Seed]), "+0.000;-0.000;+0.000"),
            Mean(runs, run => run.MicroAccuracy),
            Mean(runs, run => run.GMean),
            Mean(runs, run => run.MajorRecall),
            Mean(runs, run => run.MinorRecall),
            Mean(runs, run => run.Seconds, "0"),
        ];

    private static string Line(string[] cells) => $"| {string.Join(" | ", cells)} |";

    /// <summary>"0.751 ± 0.007", the deviation with n − 1; only the number when there is one; or why a run has no result.</summary>
    public static string MacroAccuracy(IReadOnlyList<RunRow> runs) =>
        runs.Any(run => run.IsRefused) ? "refused"
        : runs.Any(run => double.IsNaN(run.MacroAccuracy)) ? "diverged"
        : MeanAndDeviation(runs.Select(run => run.MacroAccuracy));

    private static string MeanAndDeviation(IEnumerable<double> values, string format = "0.000")
    {
        var numbers = values.ToArray();
        var mean = numbers.Average();
        if (double.IsNaN(mean))
        {
            return "";
        }

        var text = mean.ToString(format, CultureInfo.InvariantCulture);
        return numbers.Length < 2
            ? text
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{text} ± {Math.Sqrt(numbers.Sum(value => (value - mean) * (value - mean)) / (numbers.Length - 1)):0.000}"
            );
    }

    private static string Mean(IReadOnlyList<RunRow> runs, Func<RunRow, double> of, string format = "0.000")
    {
        var mean = runs.Average(of);
        return double.IsNaN(mean) ? "" : mean.ToString(format, CultureInfo.InvariantCulture);
    }
}

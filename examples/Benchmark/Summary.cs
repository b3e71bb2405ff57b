using System.Globalization;

namespace Benchmark;

/// <summary>Prints runs as a Markdown table: mean ± standard deviation over the seeds, and the differences to the first strategy on the same seeds.</summary>
internal static class Summary
{
    public static string Table(IReadOnlyList<(string Strategy, IReadOnlyList<RunRow> Runs)> results)
    {
        var baseline = results[0].Runs.ToDictionary(run => run.Key.Seed, run => run.MacroAccuracy);
        string[] head =
        [
            $"| strategy | macro accuracy | paired difference to {results[0].Strategy} | accuracy over all images | G-mean | recall, major classes | recall, minor classes | seconds |",
            "|---|---|---|---|---|---|---|---|",
        ];
        var lines = results.Select(result =>
        {
            var (strategy, runs) = result;
            var difference =
                result == results[0]
                    ? ""
                    : MeanAndDeviation(
                        runs.Where(run => baseline.ContainsKey(run.Key.Seed)).Select(run => run.MacroAccuracy - baseline[run.Key.Seed]),
                        "+0.000;-0.000"
                    );
            return $"| {strategy} | {MeanAndDeviation(runs.Select(run => run.MacroAccuracy))} | {difference} | {Mean(runs, run => run.MicroAccuracy)} | {Mean(runs, run => run.GMean)} "
                + $"| {Mean(runs, run => run.MajorRecall)} | {Mean(runs, run => run.MinorRecall)} | {Mean(runs, run => run.Seconds, "0")} |";
        });
        return string.Join('\n', [.. head, .. lines]);
    }

    /// <summary>"0.751 ± 0.007", the deviation with n − 1; only the number when there is one.</summary>
    public static string MeanAndDeviation(IEnumerable<double> values, string format = "0.000")
    {
        var numbers = values.ToArray();
        if (numbers.Any(double.IsNaN))
        {
            return "diverged";
        }

        var mean = numbers.Average();
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

using System.Collections.Immutable;
using System.Globalization;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Runs;

/// <summary>
/// The runs of a report, checked to be comparable, with what all sections share: labels, marks, and the order of the classes.
/// </summary>
internal sealed class Comparison
{
    /// <summary>Up to this many classes, each one gets a row of its own.</summary>
    public const int MostClassesShown = 25;

    public Comparison(IReadOnlyList<TrainedRun> runs)
    {
        RunChecks.Check(runs);
        Runs = [.. runs.Select((run, index) => new ShownRun(Label(runs, index), RunMark.Of(index), run))];
        ClassNames = [.. runs[0].Metrics.Classes.Select(one => Printable.Text(one.Name))];
        Counts = runs.Select(CountsOf).FirstOrDefault(counts => counts is not null);
        // Stable, so that equal or unknown counts leave the classes in their own order.
        Order = [.. Enumerable.Range(0, ClassNames.Length).OrderByDescending(c => Counts?[c] ?? 0)];
        Minor = MinorOf(Counts);
    }

    public ImmutableArray<ShownRun> Runs { get; }

    /// <summary>The names of the classes, in class order, without characters that a page cannot hold.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <summary>The training images of each class in the first run that has them, in class order; null when no run does.</summary>
    public IReadOnlyList<long>? Counts { get; }

    /// <summary>The indices of the classes, most training images first.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>Whether each class is minor, in class order; all false when the counts are equal or unknown.</summary>
    public ImmutableArray<bool> Minor { get; }

    public bool HasManyClasses => ClassNames.Length > MostClassesShown;

    public static IReadOnlyList<long>? CountsOf(TrainedRun run) =>
        run.Metrics.Classes.All(one => one.TrainingCount > 0) ? [.. run.Metrics.Classes.Select(one => one.TrainingCount!.Value)] : null;

    /// <summary>The name of a class with its number of training images, as far as it is known.</summary>
    public string NameWithCount(int c) => Counts is null ? ClassNames[c] : $"{ClassNames[c]} ({NumberText.Count(Counts[c])})";

    /// <summary>"Not measured for: …", or nothing when all runs have it.</summary>
    public string Missing(Func<TrainedRun, bool> has)
    {
        var without = Runs.Where(run => !has(run.Run)).Select(run => run.Label).ToList();
        return without.Count == 0 ? "" : $" Not measured for {string.Join(", ", without)}.";
    }

    private ImmutableArray<bool> MinorOf(IReadOnlyList<long>? counts) =>
        counts is null || ClassNames.Length < 2
            ? [.. ClassNames.Select(_ => false)]
            : MinorClasses.Of(new ClassCounts([.. counts.Select((_, c) => c.ToString(CultureInfo.InvariantCulture))], [.. counts]));

    // Runs of the same name are distinguished by their seeds, and by a number where the seeds are equal too.
    private static string Label(IReadOnlyList<TrainedRun> runs, int index)
    {
        static string WithSeed(TrainedRun run) =>
            run.Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $"{run.Name}, seed {seed}") : run.Name;
        var run = runs[index];
        var label = runs.Count(other => other.Name == run.Name) == 1 ? run.Name : WithSeed(run);
        var twins = runs.Take(index).Count(other => other.Name == run.Name && other.Seed == run.Seed);
        return Printable.Text(twins == 0 ? label : string.Create(CultureInfo.InvariantCulture, $"{label} ({twins + 1})"));
    }
}

/// <summary>A run with its name and its mark in the charts.</summary>
internal sealed record ShownRun(string Label, RunMark Mark, TrainedRun Run);

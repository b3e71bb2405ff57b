using MLNet.Procrustean.Report;

namespace Benchmark;

/// <summary>Does the runs of a grid that the results file does not have yet, some at a time.</summary>
internal sealed class GridRunner(Grid grid, ResultsFile results, CancellationToken cancellation)
{
    /// <summary>For each contender the alternative with the best mean macro accuracy on the held-out images; where there is one only, that one.</summary>
    public List<string> Choose()
    {
        var open = grid.Contenders.Where(contender => contender.Alternatives.Count > 1).SelectMany(contender => contender.Alternatives).Distinct();
        Complete([.. from strategy in open from seed in grid.SelectionSeeds select Key(strategy, Part.HeldOut, seed)]);
        return [.. grid.Contenders.Select(contender => contender.Alternatives.Count == 1
            ? contender.Alternatives[0]
            : contender.Alternatives.MaxBy(strategy => Runs(strategy, Part.HeldOut, grid.SelectionSeeds).Average(run => run.MacroAccuracy))!)];
    }

    /// <summary>All runs of the strategies on the test images.</summary>
    public List<(string Strategy, IReadOnlyList<RunRow> Runs)> Judge(IReadOnlyList<string> strategies)
    {
        Complete([.. from seed in grid.Seeds from strategy in strategies select Key(strategy, Part.Test, seed)]);
        return [.. strategies.Select(strategy => (strategy, (IReadOnlyList<RunRow>)Runs(strategy, Part.Test, grid.Seeds)))];
    }

    /// <summary>The strategies trained once more with the first seed, with diagnostics.</summary>
    public List<TrainedRun> Describe(IReadOnlyList<string> strategies)
    {
        var runs = new TrainedRun[strategies.Count];
        InParallel(Enumerable.Range(0, strategies.Count), i => runs[i] = OneRun.Execute(grid, Key(strategies[i], Part.Test, grid.Seeds[0]), diagnose: true).Run);
        return [.. runs];
    }

    public List<RunRow> Runs(string strategy, Part part, IReadOnlyList<int> seeds) => [.. seeds.Select(seed => results.Find(Key(strategy, part, seed))!)];

    private void Complete(List<RunKey> wanted)
    {
        var missing = wanted.Where(key => results.Find(key) is null).ToList();
        Console.WriteLine($"{wanted.Count} runs, {wanted.Count - missing.Count} of them done already.");
        InParallel(missing, key =>
        {
            var row = OneRun.Execute(grid, key, diagnose: false).Row;
            results.Add(row);
            Console.WriteLine(FormattableString.Invariant($"{key.Part} {key.Strategy}, seed {key.Seed}: macro accuracy {row.MacroAccuracy:0.000} in {row.Seconds:0} s"));
        });
    }

    private void InParallel<T>(IEnumerable<T> items, Action<T> action) =>
        Parallel.ForEach(Partitioner(items), new() { MaxDegreeOfParallelism = grid.Jobs, CancellationToken = cancellation }, action);

    // One item at a time and in order: the next run begins when one has ended.
    private static System.Collections.Concurrent.OrderablePartitioner<T> Partitioner<T>(IEnumerable<T> items) =>
        System.Collections.Concurrent.Partitioner.Create(items, System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering);

    private RunKey Key(string strategy, Part part, int seed) => new(grid.Settings, strategy, part, seed);
}

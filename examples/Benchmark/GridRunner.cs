using Benchmark.Peers;
using MLNet.Procrustean;

namespace Benchmark;

/// <summary>Does the runs of a grid that the results file does not have yet.</summary>
internal sealed class GridRunner(Grid grid, ResultsFile results) : IDisposable
{
    private readonly PeerRun peers = new(grid);
    private readonly Dictionary<string, TrainedRun> described = [];
    private readonly LastTraining last = new();

    /// <summary>
    /// For each contender the alternative with the best mean macro accuracy on the held-out images, or its only one; null where runs of
    /// other shares are missing for that.
    /// </summary>
    public List<string>? Choose()
    {
        var open = grid
            .Contenders.Where(contender => contender.Alternatives.Count > 1)
            .SelectMany(contender => contender.Alternatives)
            .Distinct()
            .ToList();
        if (open.Count > 0)
        {
            if (!Complete([.. from strategy in open from seed in grid.SelectionSeeds select Key(strategy, Part.HeldOut, seed)]))
            {
                return null;
            }

            open.ForEach(strategy => Console.WriteLine($"held out: {strategy}: {Summary.MacroAccuracy(HeldOut(strategy))}"));
        }

        // NaN, of one without a result, is less than any number.
        return
        [
            .. grid.Contenders.Select(contender =>
                contender.Alternatives.Count == 1
                    ? contender.Alternatives[0]
                    : contender.Alternatives.MaxBy(strategy => HeldOut(strategy).Average(run => run.MacroAccuracy))!
            ),
        ];
    }

    /// <summary>All runs of the strategies and peers on the test images; null where runs of other shares are missing.</summary>
    public List<(string Strategy, IReadOnlyList<RunRow> Runs)>? Judge(IReadOnlyList<string> strategies)
    {
        string[] compared = [.. strategies, .. grid.Peers.Select(peer => peer.Name)];
        return !Complete([.. from seed in grid.Seeds from strategy in compared select Key(strategy, Part.Test, seed)])
            ? null
            : [.. compared.Select(strategy => (strategy, (IReadOnlyList<RunRow>)Runs(strategy, Part.Test, grid.Seeds)))];
    }

    /// <summary>
    /// Writes the report of the runs with the first seed, diagnosed; those that were done before are resumed from their last checkpoint, or
    /// done once more, for that. One without a result has nothing to describe.
    /// </summary>
    public void Report(string path, IReadOnlyList<string> strategies)
    {
        var keys = strategies.Distinct().Select(strategy => Key(strategy, Part.Test, grid.Seeds[0])).ToList();
        var done = keys.Where(key => !double.IsNaN(results.Find(key)!.MacroAccuracy)).ToList();
        if (done.Count > 0)
        {
            TrainingReport.Write(path, [.. done.Select(Described)], grid.Title);
        }
        else
        {
            Console.Error.WriteLine($"No run with seed {grid.Seeds[0]} has a result: there is nothing to report.");
        }

        keys.ForEach(key => DeleteCheckpoints(key.WithoutCorrection(), diagnosed: true));
    }

    public void Dispose() => last.Dispose();

    private TrainedRun Described(RunKey key) =>
        described.TryGetValue(key.Strategy, out var run) ? run : OneRun.Execute(grid, key, diagnose: true, last).Run;

    private List<RunRow> HeldOut(string strategy) => Runs(strategy, Part.HeldOut, grid.SelectionSeeds);

    private List<RunRow> Runs(string strategy, Part part, IReadOnlyList<int> seeds) =>
        [.. seeds.Select(seed => results.Find(Key(strategy, part, seed))!)];

    // Whether all that is wanted is done then, here and by other shares.
    private bool Complete(List<RunKey> wanted)
    {
        var missing = wanted.Where((key, index) => grid.Share?.Has(index) != false && results.Find(key) is null).ToHashSet();
        if (wanted.Select(results.Find).OfType<RunRow>().FirstOrDefault(row => row.Versions != OneRun.Versions) is { } other)
        {
            Console.WriteLine(
                $"Some runs were done by another version ({other.Versions}; this is {OneRun.Versions}); remove their lines to repeat them."
            );
        }

        Console.WriteLine(Begun(wanted, missing.Count));
        foreach (var training in wanted.GroupBy(key => key.WithoutCorrection())) // a strategy, then the corrections of its model
        {
            foreach (var key in training.Where(missing.Contains).Distinct())
            {
                var row = Row(key);
                results.Add(row);
                Console.WriteLine(
                    FormattableString.Invariant(
                        $"{key.Part} {key.Strategy}, seed {key.Seed}: macro accuracy {row.MacroAccuracy:0.000} in {row.Seconds:0} s"
                    )
                );
            }

            DeleteCheckpoints(training.Key, diagnosed: false);
            if (!IsDescribed(training.Key))
            {
                DeleteCheckpoints(training.Key, diagnosed: true);
            }
        }

        results.ReadOthers();
        var open = wanted.Count(key => results.Find(key) is null);
        if (open > 0)
        {
            Console.WriteLine(
                $"{open} of {wanted.Count} runs are left to other shares. When their files are beside this one, the same command continues."
            );
        }

        return open == 0;
    }

    private string Begun(List<RunKey> wanted, int missing)
    {
        var done = wanted.Count(key => results.Find(key) is not null);
        return grid.Share is { Count: > 1 } share
            ? $"{wanted.Count} runs, {done} of them done already; share {share.Number} of {share.Count} does {missing}."
            : $"{wanted.Count} runs, {done} of them done already.";
    }

    // A training that diverges is a result too, and so is a correction that refuses: the others are still done, and it is not tried again.
    private RunRow Row(RunKey key)
    {
        try
        {
            return Peer(key.Strategy) is { } peer ? peers.Execute(peer, key) : Execute(key);
        }
        catch (Exception problem) when (problem is TrainingDivergedException or CorrectionRefusedException)
        {
            Console.Error.WriteLine($"{key.Strategy}, seed {key.Seed}: {problem.Message}");
            return OneRun.WithoutResult(key, (problem as CorrectionRefusedException)?.Seconds ?? double.NaN);
        }
    }

    private RunRow Execute(RunKey key)
    {
        var diagnose = IsDescribed(key);
        var (row, run) = OneRun.Execute(grid, key, diagnose, last);
        if (diagnose)
        {
            described.Add(key.Strategy, run);
        }

        return row;
    }

    // The checkpoints of such a run are kept until the report is written, which shows what is in the last of them.
    private bool IsDescribed(RunKey key) => grid.ReportPath is not null && key.Part == Part.Test && key.Seed == grid.Seeds[0];

    private void DeleteCheckpoints(RunKey training, bool diagnosed)
    {
        if (grid.CheckpointsOf(training, diagnosed) is { } folder && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private RunKey Key(string strategy, Part part, int seed) =>
        new(Peer(strategy) is null ? grid.SettingsOf(strategy) : grid.PeerSettings, strategy, part, seed);

    private FrozenFeatures? Peer(string name) => grid.Peers.FirstOrDefault(peer => peer.Name == name);
}

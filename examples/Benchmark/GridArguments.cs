using System.CommandLine;
using Benchmark.Peers;
using MLNet.Procrustean;
using Shared;

namespace Benchmark;

/// <summary>The command line of a comparison.</summary>
internal sealed class GridArguments
{
    // Small, for many runs, in single precision, which every processor has, and with a batch size that is given, so that the steps and the
    // learning rate are the same for any number of images.
    private static readonly ImageClassifierOptions Defaults = new()
    {
        Backbone = new CifarResNet { Depth = 8 },
        ImageSize = 32,
        Epochs = 15,
        BatchSize = 64,
        Precision = Precision.Fp32,
    };

    private readonly Option<DirectoryInfo> train = new("--train")
    {
        Description = "The folder to train on, with one sub-folder of images per class.",
        Required = true,
    };

    private readonly Option<DirectoryInfo> test = new("--test")
    {
        Description = "The folder to test on; it has the same classes.",
        Required = true,
    };

    private readonly Option<string> imbalance = new("--imbalance")
    {
        Description = ImbalanceText.Help,
        DefaultValueFactory = _ => "natural",
    };

    private readonly Option<string[]> strategies = new("--strategy")
    {
        Description =
            "Once for each strategy; the first is what the others are compared with. With alternatives between |, as in "
            + $"\"la(tau=0.5) | la(tau=1)\", the best one on held-out images is taken. {CorrectedStrategy.Help}",
        Required = true,
    };

    private readonly Option<string[]> peers = new("--peer") { Description = FrozenFeatures.Help, DefaultValueFactory = _ => [] };

    private readonly Option<int[]> seeds = new("--seed")
    {
        Description = "Once for each seed; it draws the subset and decides the training.",
        DefaultValueFactory = _ => [1, 2, 3],
    };

    private readonly Option<int[]> selectionSeeds = new("--selection-seed")
    {
        Description = "Seeds for choosing among alternatives.",
        DefaultValueFactory = _ => [101],
    };

    private readonly TrainingArguments training = new(Defaults);

    private readonly Option<DirectoryInfo?> cachePath = new("--cache-path")
    {
        Description =
            "A folder that keeps the decoded images of each training subset, and what frozen stages make of them, so that only the first "
            + "strategy waits for them. It is created if missing.",
    };

    private readonly Option<DirectoryInfo?> checkpointPath = new("--checkpoint-path")
    {
        Description =
            "A folder for the checkpoints of runs: the same command resumes a run where it was stopped. They are deleted when all runs of "
            + "a training are in the results file, and those that a report shows when it is written. One process at a time, unless each "
            + "has its own --share.",
    };

    private readonly Option<FileInfo> results = new("--results")
    {
        Description =
            "The results file (CSV): runs in it, and in the files of shares beside it, are not done again. One process at a time.",
        DefaultValueFactory = _ => new("benchmark.csv"),
    };

    private readonly Option<string?> share = new("--share") { Description = Share.Help };

    private readonly Option<FileInfo?> report = new("--report")
    {
        Description =
            "Where to write an HTML report of the runs with the first seed; they are diagnosed, those that were done before once more.",
    };

    public IEnumerable<Option> All =>
        [
            train,
            test,
            imbalance,
            strategies,
            peers,
            seeds,
            selectionSeeds,
            .. training.All,
            cachePath,
            checkpointPath,
            results,
            share,
            report,
        ];

    /// <exception cref="FormatException">A text names nothing that there is.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public Grid Read(ParseResult given, CancellationToken cancellation) =>
        new()
        {
            Train = Path.TrimEndingDirectorySeparator(given.GetValue(train)!.FullName),
            Test = Path.TrimEndingDirectorySeparator(given.GetValue(test)!.FullName),
            Imbalance = ImbalanceText.Parse(given.GetValue(imbalance)!),
            Contenders = [.. given.GetValue(strategies)!.Select(Contender.Parse)],
            Peers = [.. given.GetValue(peers)!.Select(FrozenFeatures.Parse).Distinct()],
            Seeds = [.. given.GetValue(seeds)!.Distinct()],
            SelectionSeeds = [.. given.GetValue(selectionSeeds)!.Distinct()],
            Options = training.Read(given, cancellation),
            CachePath = given.GetValue(cachePath)?.FullName,
            CheckpointPath = given.GetValue(checkpointPath)?.FullName,
            ResultsPath = given.GetValue(results)!.FullName,
            Share = given.GetValue(share) is { } text ? Share.Parse(text) : Share.OfSlurm(Environment.GetEnvironmentVariable),
            ReportPath = given.GetValue(report)?.FullName,
        };

    /// <summary>What to say after Ctrl+C.</summary>
    public string StopMessage(ParseResult given) => $"Stopped. The same command does the runs that {given.GetValue(results)} lacks.";
}

using System.CommandLine;
using MLNet.Procrustean;
using Shared;

namespace TrainFolder;

/// <summary>The command line of a run.</summary>
internal sealed class RunArguments
{
    private static readonly ImageClassifierOptions Defaults = new() { Seed = 1 };

    private readonly Option<DirectoryInfo> train = new("--train")
    {
        Description = "The folder to train on, with one sub-folder of images per class.",
        Required = true,
    };

    private readonly Option<DirectoryInfo?> test = new("--test") { Description = "The folder to test on; it has the same classes." };

    private readonly Option<double> testFraction = new("--test-fraction")
    {
        Description = "Without --test: the share of each class to hold out and test on.",
        DefaultValueFactory = _ => 0.2,
    };

    private readonly Option<string?> strategy = new("--strategy")
    {
        Description = $"{StrategyText.Help} By default the library's own: recommended or, for pretrained weights and few images, vs.",
    };

    private readonly Option<string> correction = new("--correction")
    {
        Description = $"What is done to the trained model: {CorrectionText.Help}",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<double> calibrationFraction = new("--calibration-fraction")
    {
        Description =
            "The share of each class's training images that is not trained on: the temperature is fitted on them by which scores become "
            + "nearer to probabilities (0.1 or more, of at least some hundred images). The predicted classes stay. With 0 scores stay.",
        DefaultValueFactory = _ => 0,
    };

    private readonly TrainingArguments training = new(Defaults);

    private readonly Option<int> seed = new("--seed")
    {
        Description = "The seed of everything random.",
        DefaultValueFactory = _ => Defaults.Seed!.Value,
    };

    private readonly Option<DirectoryInfo?> checkpointPath = new("--checkpoint-path")
    {
        Description =
            "A folder for checkpoints. The same command resumes an interrupted training from there, and ends at once after a finished one.",
    };

    private readonly Option<double> checkpointInterval = new("--checkpoint-interval")
    {
        Description = "The most minutes of an epoch to lose; a checkpoint is written at the end of each epoch anyway.",
        DefaultValueFactory = _ => Defaults.CheckpointInterval.TotalMinutes,
    };

    private readonly Option<FileInfo?> cachePath = new("--cache-path")
    {
        Description =
            "A file that keeps the decoded images, and files beside it with what frozen stages make of them, so that the next training on "
            + "them starts at once.",
    };

    private readonly Option<double?> attack = new("--attack")
    {
        Description =
            "Attacks the test images too, knowing the model, and shows how many are recognised then: the most that a pixel is changed by, "
            + "of 255. It takes 7 steps of a quarter of that, and some 20 times as long as scoring.",
    };

    private readonly Option<FileInfo?> model = new("--model") { Description = "Where to save the model, as an ML.NET zip file." };

    private readonly Option<FileInfo?> json = new("--json") { Description = "Where to write the results, as JSON." };

    private readonly Option<FileInfo?> report = new("--report")
    {
        Description = "Where to write a report with charts, as an HTML file; the training is then diagnosed after each epoch.",
    };

    public IEnumerable<Option> All =>
        [
            train,
            test,
            testFraction,
            strategy,
            correction,
            calibrationFraction,
            .. training.All,
            seed,
            checkpointPath,
            checkpointInterval,
            cachePath,
            attack,
            model,
            json,
            report,
        ];

    /// <exception cref="FormatException">A text names nothing that there is.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public Run Read(ParseResult given, Processes processes, CancellationToken cancellation)
    {
        var progress = new ConsoleProgress();
        return new()
        {
            Progress = progress,
            Processes = processes,
            Train = given.GetValue(train)!.FullName,
            Test = given.GetValue(test)?.FullName,
            TestFraction = given.GetValue(testFraction),
            StrategyName = given.GetValue(strategy) ?? "default",
            CorrectionName = given.GetValue(correction)!,
            Correction = CorrectionText.Parse(given.GetValue(correction)!),
            CalibrationFraction = Share(given.GetValue(calibrationFraction)),
            Attack = given.GetValue(attack) is { } epsilon ? AttackOf(epsilon) : null,
            ModelPath = given.GetValue(model)?.FullName,
            JsonPath = given.GetValue(json)?.FullName,
            ReportPath = given.GetValue(report)?.FullName,
            Options = Shared(WithStrategy(training.Read(given, cancellation), given.GetValue(strategy)), processes.Replicas) with
            {
                Seed = given.GetValue(seed),
                CheckpointPath = given.GetValue(checkpointPath)?.FullName,
                CheckpointInterval = TimeSpan.FromMinutes(given.GetValue(checkpointInterval)),
                CachePath = given.GetValue(cachePath)?.FullName,
                Diagnostics = given.GetValue(report) is null ? null : new(),
                Progress = progress,
                PhaseProgress = progress,
            },
        };
    }

    private static double Share(double calibration) =>
        calibration is >= 0 and < 1
            ? calibration
            : throw new ArgumentException(
                FormattableString.Invariant($"--calibration-fraction is {calibration}; it must be 0 or a share below 1.")
            );

    private static ProjectedGradientAttack AttackOf(double epsilon) => new() { Epsilon = epsilon, StepSize = Math.Max(epsilon / 4, 0.001) };

    private static ImageClassifierOptions WithStrategy(ImageClassifierOptions options, string? text) =>
        text is null ? options : options with { Strategy = StrategyText.Parse(text) };

    // Each process takes a part of every mini-batch, unless more are asked for.
    private static ImageClassifierOptions Shared(ImageClassifierOptions options, IReplicas replicas) =>
        options with
        {
            Replicas = replicas,
            BatchParts = options.BatchParts == 1 ? replicas.Count : options.BatchParts,
        };

    /// <summary>What to say after Ctrl+C.</summary>
    public string StopMessage(ParseResult given) =>
        given.GetValue(checkpointPath) is { Exists: true } folder && folder.EnumerateFiles("*.safetensors").Any()
            ? $"Stopped. The same command resumes from the checkpoint in {folder.FullName}."
            : "Stopped.";
}

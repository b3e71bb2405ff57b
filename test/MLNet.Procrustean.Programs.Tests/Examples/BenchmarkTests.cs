using System.Globalization;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

public sealed class BenchmarkTests
{
    private readonly PhotoComparison photos = new();

    [OneTimeTearDown]
    public void DeleteImages() => photos.Dispose();

    [Test]
    public void Run_TwoStrategiesAndSeeds_PrintsWhatTheResultsFileHasAndResumesWhereItStopped()
    {
        string[] arguments =
        [
            "--strategy",
            "plain",
            "--strategy",
            "la(tau=0.5) | la(tau=1)",
            "--seed",
            "1",
            "--seed",
            "2",
            "--selection-seed",
            "7",
            "--imbalance",
            "step:4:12",
        ];

        var run = Benchmark("twice.csv", arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var rows = photos.Rows("twice.csv");
        var plain = Macro(rows, "plain");
        var chosen = run.Output.Contains("| la(tau=0.5) |", StringComparison.Ordinal) ? "la(tau=0.5)" : "la(tau=1)";
        var difference = Macro(rows, chosen).Zip(plain, (one, other) => one - other).ToArray();
        var heldOut = rows.Where(row => row[0] == "HeldOut").ToDictionary(row => row[1], row => Number(row[3]));

        // as if it had stopped before the last run
        File.WriteAllLines(photos.In("twice.csv"), File.ReadAllLines(photos.In("twice.csv"))[..^1]);
        var again = Benchmark("twice.csv", arguments);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Count(row => row[0] == "HeldOut"), Is.EqualTo(2));
            Assert.That(rows.Count(row => row[0] == "Test"), Is.EqualTo(4));
            Assert.That(heldOut[chosen], Is.EqualTo(heldOut.Values.Max()));
            Assert.That(run.Output, Does.Contain($"| plain | {MeanAndDeviation(plain)} |"));
            Assert.That(
                run.Output,
                Does.Contain($"| {chosen} | {MeanAndDeviation(Macro(rows, chosen))} | {MeanAndDeviation(difference, "+0.000;-0.000")} |")
            );
            Assert.That(again.Output, Does.Contain("4 runs, 3 of them done already."));
            Assert.That(
                photos.Rows("twice.csv").Select(row => row[..8]),
                Is.EqualTo(rows.Select(row => row[..8])),
                "the run done again gives the same"
            );
        }
    }

    [Test]
    public void Run_HeldOutImagesLeaveTooFew_TakesAsManyAsThereAreForChoosing()
    {
        // 16 of a class are left
        var run = Benchmark("all.csv", "--strategy", "plain | la", "--seed", "1", "--selection-seed", "7", "--imbalance", "step:4:20");
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(photos.Rows("all.csv").Select(row => row[0]), Is.EqualTo(new[] { "HeldOut", "HeldOut", "Test" }));
    }

    [Test]
    public void Run_DivergingTraining_IsAResultAndTheOthersAreDone()
    {
        var run = Benchmark(
            "diverged.csv",
            "--strategy",
            "plain",
            "--strategy",
            "la(tau=1)",
            "--seed",
            "1",
            "--learning-rate",
            "1e30",
            "--batch-size",
            "8"
        );
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(run.Output, Does.Contain("| plain | diverged |").And.Contain("| la(tau=1) | diverged |"));
        Assert.That(run.Errors, Does.Contain("plain, seed 1:"));
    }

    [Test]
    public void Run_Corrections_ChangeTheModelThatTheStrategyTrained()
    {
        var run = Benchmark(
            "corrected.csv",
            "--strategy",
            "plain",
            "--strategy",
            "plain corrected by none",
            "--strategy",
            "plain corrected by la(tau=0)",
            "--strategy",
            "plain corrected by la(tau=10)",
            "--strategy",
            "plain corrected by tau-norm(tau=1)",
            "--strategy",
            "plain corrected by ternary(objective=macro,redraw=never)",
            "--seed",
            "1",
            "--imbalance",
            "step:10:20"
        );
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var rows = photos.Rows("corrected.csv").ToDictionary(row => row[1], row => row[2..8]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Has.Count.EqualTo(6));
            Assert.That(rows["plain corrected by none"], Is.EqualTo(rows["plain"]));
            Assert.That(rows["plain corrected by la(tau=0)"], Is.EqualTo(rows["plain"]));
            Assert.That(
                photos.Rows("corrected.csv").Take(5).Select(row => row[8]).Distinct(),
                Has.Exactly(1).Items,
                "they are trained once"
            );
            Assert.That(Number(rows["plain"][4]), Is.GreaterThan(0), "recall of the large classes");
            Assert.That(Number(rows["plain corrected by la(tau=10)"][4]), Is.Zero, "a shift of 23 leaves them no image");
        }
    }

    [Test]
    public void Run_CorrectionThatRefusesTheImages_IsAResultAndTheOthersAreDone()
    {
        string[] strategies = ["--strategy", "plain corrected by ternary", "--strategy", "plain corrected by la"];
        var run = Benchmark("refused.csv", [.. strategies, "--seed", "1", "--imbalance", "step:20:20"]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Errors, Does.Contain("plain corrected by ternary, seed 1: Class '").And.Contain("has only one row"));
            Assert.That(run.Output, Does.Contain("| plain corrected by ternary | refused |  |"));
            Assert.That(run.Output, Does.Match(@"\| plain corrected by la \| [01]\.\d{3} \|"));
        }
    }

    [Test]
    public void Run_CacheFolder_KeepsImagesAndFeaturesOfEachSubsetAndChangesNoResult()
    {
        var cache = photos.In("made/caches");
        string[] arguments = ["--strategy", "plain", "--strategy", "la", "--frozen-stages", "2", "--augmentation", "flip"];
        string[] twice = [.. arguments, "--seed", "1", "--seed", "2", "--imbalance", "step:4:12"];
        Benchmark("uncached.csv", twice);
        var run = Benchmark("cached.csv", [.. twice, "--cache-path", cache]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Benchmark("natural.csv", [.. arguments, "--cache-path", Path.Combine(cache, "natural")]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(photos.Rows("cached.csv").Select(row => row[..8]), Is.EqualTo(photos.Rows("uncached.csv").Select(row => row[..8])));
            Assert.That(Directory.GetFiles(cache, "*.cache"), Has.Length.EqualTo(2), "a subset for each seed");
            Assert.That(Directory.GetFiles(cache, "*.features-2.safetensors"), Has.Length.EqualTo(2));
            Assert.That(Directory.GetFiles(Path.Combine(cache, "natural"), "*.cache"), Has.Length.EqualTo(1), "the same for each seed");
        }
    }

    [Test]
    public void Run_Report_IsWrittenWithDiagnostics()
    {
        var run = Benchmark(
            "report.csv",
            "--strategy",
            "plain",
            "--strategy",
            "mfw",
            "--strategy",
            "plain | mfw",
            "--seed",
            "1",
            "--imbalance",
            "long-tailed:4:12",
            "--report",
            photos.In("new/page.html"),
            "--checkpoint-path",
            photos.In("checkpoints")
        );
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var page = File.ReadAllText(photos.In("new/page.html"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(photos.Rows("report.csv").Count(row => row[0] == "Test"), Is.EqualTo(2), "one of them is compared twice");
            Assert.That(page, Does.Contain("photos long-tailed:4:12"));
            Assert.That(page, Does.Contain("Leakage").And.Contain("Gradient ratio").And.Contain("Neural collapse"));
            Assert.That(Directory.GetFileSystemEntries(photos.In("checkpoints")), Is.Empty, "the runs are done");
        }
    }

    [Test]
    public void Run_ReportWhoseNumbersWouldOverwriteTheResults_IsRefused()
    {
        Benchmark("kept.csv", "--strategy", "plain", "--seed", "1");
        var run = Benchmark("kept.csv", "--strategy", "plain", "--seed", "1", "--report", photos.In("kept.html"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain("would overwrite").And.Contain("kept.csv"));
            Assert.That(photos.Rows("kept.csv"), Has.Count.EqualTo(1));
        }
    }

    [TestCase("--imbalance", "steps:4:12", "The imbalance 'steps:4:12' is none of")]
    [TestCase("--imbalance", "step:four:12", "The imbalance 'step:four:12' is none of")]
    [TestCase("--imbalance", "step:4:30", "is to give 30 rows and has 20")]
    [TestCase("--imbalance", "step:100:20", "No row of class")]
    [TestCase("--strategy", "la | lo", "There is no strategy 'lo'")]
    [TestCase("--strategy", "plain corrected by magic", "There is no correction 'magic'")]
    [TestCase("--strategy", "plain corrected by la(tau=11)", "The parameter tau of la is out of range")]
    [TestCase("--learning-rate-schedule", "stairs", "There is no schedule 'stairs'. Schedules: cosine(warm-up-epochs=1)")]
    [TestCase("--learning-rate-schedule", "steps(milestones=0.8+0.9)", "The milestone '0.8+0.9' must be a number")]
    [TestCase("--learning-rate-schedule", "steps(factor=2)", "Factor")]
    [TestCase("--report", "report.pdf", "let it end in .html")]
    [TestCase("--results", "photos/train/cat/000.png", "is not a results file of this program")]
    public void Run_WrongArguments_FailWithAWord(string option, string value, string message)
    {
        var run = Benchmark(
            option == "--results" ? null : "wrong.csv",
            "--strategy",
            "plain",
            "--seed",
            "1",
            option,
            option == "--results" ? photos.In(value) : value
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain(message));
            Assert.That(run.Output, Does.Not.Contain("macro accuracy"));
        }
    }

    private static double[] Macro(List<string[]> rows, string strategy) =>
        [.. rows.Where(row => row[0] == "Test" && row[1] == strategy).OrderBy(row => row[2]).Select(row => Number(row[3]))];

    private static string MeanAndDeviation(double[] values, string format = "0.000")
    {
        var mean = values.Sum() / values.Length;
        var deviation = Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / (values.Length - 1));
        return $"{mean.ToString(format, CultureInfo.InvariantCulture)} ± {deviation.ToString("0.000", CultureInfo.InvariantCulture)}";
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private ChildProcess Benchmark(string? results, params string[] more) => photos.Run(results, more);
}

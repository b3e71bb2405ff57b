using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Which runs a results file has already: those on the same images with the same settings.</summary>
public sealed class BenchmarkAgainTests
{
    private static readonly string[] Arguments = ["--strategy", "plain", "--seed", "1"];
    private readonly PhotoComparison photos = new();

    [OneTimeSetUp]
    public void TrainOnce() => Benchmark("another.csv", Arguments);

    [OneTimeTearDown]
    public void DeleteImages() => photos.Dispose();

    [Test]
    public void Run_WhitenedStem_IsAnotherRunThanATrainedOne()
    {
        Benchmark("stem.csv", Arguments);
        var run = Benchmark("stem.csv", [.. Arguments, "--whitened-stem", "true"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Output, Does.Contain("stem=whitened").And.Contain("1 runs, 0 of them done already."));
            Assert.That(Benchmark("stem.csv", Arguments).Output, Does.Contain("1 runs, 1 of them done already.").And.Not.Contain("stem"));
        }
    }

    [TestCase("--optimizer", "adam", "batch=64 rate=0.001 CosineSchedule { WarmUpEpochs = 1 } optimizer=Adam")]
    [TestCase("--max-gradient-norm", "2", "batch=64 rate=0.05 CosineSchedule { WarmUpEpochs = 1 } norm=2")]
    [TestCase("--layer-decay", "0.9", "decay=0.9")]
    [TestCase("--learning-rate-schedule", "cosine(warm-up-epochs=0)", "WarmUpEpochs = 0")]
    [TestCase("--learning-rate-schedule", "steps(milestones=0.5/0.75)", "Milestones = [0.5, 0.75], Factor = 0.01")]
    [TestCase("--average-flips", "true", "flips=True")]
    [TestCase("--aspect-ratio", "Pad", "aspect=Pad")]
    public void Run_AnotherTraining_IsAnotherRun(string option, string value, string setting)
    {
        var run = Benchmark("another.csv", [.. Arguments, option, value]);
        Assert.That(run.Output, Does.Contain(setting).And.Contain("1 runs, 0 of them done already."));
    }

    [Test]
    public void Run_OtherImagesUnderTheSameName_AreAnotherRun()
    {
        Benchmark("other.csv", Arguments);
        var extra = photos.In("photos/test/cat/extra.png");
        File.Copy(photos.In("photos/test/cat/000.png"), extra);
        var run = Benchmark("other.csv", Arguments);
        File.Delete(extra);
        Assert.That(run.Output, Does.Contain("1 runs, 0 of them done already."));
    }

    [Test]
    public void Run_FilesThatAreNoImagesAndASlashAtTheEnd_IsTheSameRun()
    {
        File.WriteAllText(photos.In("photos/train/cat/.DS_Store"), "of a file manager");
        string[] folders = [photos.In("photos/train") + Path.DirectorySeparatorChar, "--test", photos.In("photos/test/")];
        var run = ChildProcess.Dotnet([
            ExampleProgram.Path("Benchmark"),
            "--train",
            .. folders,
            .. ExampleProgram.Training("Benchmark", "", epochs: 1)[3..],
            "--results",
            photos.In("another.csv"),
            .. Arguments,
        ]);
        File.Delete(photos.In("photos/train/cat/.DS_Store"));
        Assert.That(run.Output, Does.Contain("1 runs, 1 of them done already."), run.Errors);
    }

    [TestCase("adversarial(costs=FILE,steps=1)")]
    [TestCase("adversarial(steps=1, costs = FILE )")]
    public void Run_OtherCostsInTheSameFile_AreAnotherRun(string strategy)
    {
        var costs = photos.In("costs.csv");
        string[] arguments = ["--strategy", strategy.Replace("FILE", costs, StringComparison.Ordinal), "--seed", "1"];
        void Write(int cost) => File.WriteAllText(costs, $",cat,dog,owl\ncat,0,1,1\ndog,{cost},0,1\nowl,1,1,0\n");
        Write(1);
        Benchmark("costs.csv.results.csv", arguments);
        var same = Benchmark("costs.csv.results.csv", arguments);
        Write(5);
        var other = Benchmark("costs.csv.results.csv", arguments);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(same.Output, Does.Contain("1 runs, 1 of them done already."), same.Errors);
            Assert.That(other.Output, Does.Contain("1 runs, 0 of them done already."), other.Errors);
        }
    }

    [Test]
    public void Run_DivergedTraining_IsNotTriedAgainForItsCorrectionsAndHasNoReport()
    {
        var bad = photos.In("photos/train/cat/bad.png"); // told of in each training
        File.WriteAllText(bad, "no image");
        string[] strategies = ["--strategy", "plain", "--strategy", "plain corrected by la(tau=1)", "--bad-images", "skip"];
        string[] diverging = ["--learning-rate", "1e30", "--batch-size", "8", "--seed", "1"];
        var run = Benchmark("diverged.csv", [.. strategies, .. diverging, "--report", photos.In("report.html")]);
        File.Delete(bad);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Output, Does.Contain("| plain | diverged |").And.Contain("| plain corrected by la(tau=1) | diverged |"));
            Assert.That(run.Errors.Split($"Skipped an image: {bad}"), Has.Length.EqualTo(2), "trained once");
            Assert.That(run.Errors, Does.Contain("there is nothing to report"));
        }
    }

    [Test]
    public void Run_DamagedLineInTheResults_NamesTheLine()
    {
        Benchmark("damaged.csv", Arguments);
        File.AppendAllText(photos.In("damaged.csv"), "Test,\"plain\",2,0.4\n");
        var run = Benchmark("damaged.csv", Arguments);
        Assert.That(run.Errors, Does.Contain("Line 3 of").And.Contain("is damaged"));
    }

    private ChildProcess Benchmark(string results, params string[] more) => photos.Run(results, more);
}

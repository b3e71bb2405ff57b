using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>A comparison that several processes do, each with a results file of its own.</summary>
public sealed class BenchmarkShareTests
{
    private static readonly string[] Alternatives =
    [
        "--strategy",
        "plain",
        "--strategy",
        "la(tau=0.5) | la(tau=1)",
        "--selection-seed",
        "7",
    ];
    private readonly PhotoComparison photos = new();

    [OneTimeTearDown]
    public void DeleteImages() => photos.Dispose();

    [Test]
    public void Run_Shares_DoEachRunOnceAndTheTableHasAll()
    {
        string[] arguments = ["--strategy", "plain", "--strategy", "la(tau=1)", "--seed", "1", "--seed", "2", "--seed", "3"];
        var whole = Benchmark("whole.csv", arguments);
        var first = Benchmark("shared.csv", [.. arguments, "--share", "1/2"]);
        var second = Benchmark("shared.csv", [.. arguments, "--share", "2/2"]);
        var table = Benchmark("shared.csv", arguments);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Output, Does.Contain("6 runs, 0 of them done already; share 1 of 2 does 3."), first.Errors);
            Assert.That(first.Output, Does.Contain("3 of 6 runs are left to other shares").And.Not.Contain("| plain |"));
            Assert.That(second.Output, Does.Contain("6 runs, 3 of them done already; share 2 of 2 does 3.").And.Contain("| plain |"));
            Assert.That(table.Output, Does.Contain("6 runs, 6 of them done already."));
            Assert.That(Rows("shared.share-1-of-2.csv").Concat(Rows("shared.share-2-of-2.csv")), Is.EquivalentTo(Rows("whole.csv")));
            Assert.That(Rows("shared.csv"), Is.Empty);
            Assert.That(WithoutSeconds(Table(table)), Is.EqualTo(WithoutSeconds(Table(whole))));
        }
    }

    [Test]
    public void Run_SharesWithAlternatives_ChooseWhenAllHeldOutRunsAreThere()
    {
        string[] arguments = [.. Alternatives, "--seed", "1"];
        var early = Benchmark("chosen.csv", [.. arguments, "--share", "1/2"]);
        var second = Benchmark("chosen.csv", [.. arguments, "--share", "2/2"]);
        var first = Benchmark("chosen.csv", [.. arguments, "--share", "1/2"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(early.Output, Does.Contain("1 of 2 runs are left to other shares").And.Not.Contain("Test plain"));
            Assert.That(second.Output, Does.Contain("held out: la(tau=1)").And.Contain("1 of 2 runs are left to other shares"));
            Assert.That(first.Output, Does.Contain("Test plain, seed 1").And.Contain("| plain |"));
            Assert.That(Rows("chosen.share-1-of-2.csv").Concat(Rows("chosen.share-2-of-2.csv")), Is.Unique.And.Exactly(4).Items);
        }
    }

    [Test]
    public void Run_TaskOfASlurmArray_DoesItsShare()
    {
        var run = Benchmark(
            "array.csv",
            ["--strategy", "plain", "--seed", "1", "--seed", "2"],
            new()
            {
                ["SLURM_ARRAY_TASK_ID"] = "7",
                ["SLURM_ARRAY_TASK_MIN"] = "4",
                ["SLURM_ARRAY_TASK_STEP"] = "3",
                ["SLURM_ARRAY_TASK_COUNT"] = "2",
            }
        );
        Assert.That(run.Output, Does.Contain("share 2 of 2 does 1."), run.Errors);
        Assert.That(Rows("array.share-2-of-2.csv").Select(row => row[2]), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public void Run_UnevenSlurmArray_IsRefused()
    {
        var run = Benchmark(
            "uneven.csv",
            ["--strategy", "plain", "--seed", "1"],
            new()
            {
                ["SLURM_ARRAY_TASK_ID"] = "5",
                ["SLURM_ARRAY_TASK_MIN"] = "1",
                ["SLURM_ARRAY_TASK_COUNT"] = "3",
            }
        );
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain("not numbered evenly"));
    }

    [Test]
    public void Run_LineThatAKilledProcessLeft_IsDoneAgain()
    {
        string[] arguments = ["--strategy", "plain", "--seed", "1", "--seed", "2"];
        Benchmark("torn.csv", arguments);
        var whole = File.ReadAllText(photos.In("torn.csv"));
        File.WriteAllText(photos.In("torn.csv"), whole[..^20]);

        var run = Benchmark("torn.csv", arguments);

        Assert.That(run.Output, Does.Contain("2 runs, 1 of them done already."), run.Errors);
        Assert.That(Rows("torn.csv").Select(row => row[2]), Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public void Run_FileOfAShareThatIsBeingBegun_HasNoRunsYet()
    {
        File.WriteAllText(photos.In("begun.share-2-of-2.csv"), "part,strat");
        var run = Benchmark("begun.csv", ["--strategy", "plain", "--seed", "1"]);
        Assert.That(run.Output, Does.Contain("| plain |"), run.Errors);
    }

    [TestCase("0/2")]
    [TestCase("3/2")]
    [TestCase("1")]
    [TestCase("-1/2")]
    [TestCase("1/2/3")]
    public void Run_NoShare_IsRefused(string share)
    {
        var run = Benchmark("refused.csv", ["--strategy", "plain", "--seed", "1", "--share", share]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain($"The share '{share}' is not one"));
    }

    [Test]
    public void Run_ReportOfAShare_IsRefused()
    {
        var run = Benchmark("reported.csv", ["--strategy", "plain", "--share", "1/2", "--report", photos.In("report.html")]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain("A share has no report"));
    }

    private static string[] Table(ChildProcess run) => [.. run.Output.Split('\n').Where(line => line.StartsWith('|'))];

    private static IEnumerable<string> WithoutSeconds(string[] table) =>
        table.Select(line => line[..line.TrimEnd(' ', '|').LastIndexOf('|')]);

    private ChildProcess Benchmark(string results, string[] more, Dictionary<string, string?>? variables = null) =>
        photos.Run(results, more, variables);

    // Without the seconds, settings and versions.
    private string[][] Rows(string results) => [.. photos.Rows(results).Select(row => row[..8])];
}

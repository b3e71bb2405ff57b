using System.Globalization;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

public sealed class BenchmarkPeerTests
{
    private readonly TemporaryFolder folder = new();

    // Half of the common class looks exactly like the rare one: by numbers an image of that look is common, by equal classes it is rare.
    [OneTimeSetUp]
    public void WriteImages()
    {
        void Write(string name, int look, int count, int first = 0)
        {
            for (var number = first; number < first + count; number++)
            {
                folder.Write($"photos/{name}/{number:00}.png", ImageFolders.Png(look, number: 0));
            }
        }

        Write("train/common", look: 0, count: 6);
        Write("train/common", look: 1, count: 6, first: 6);
        Write("train/rare", look: 0, count: 4);
        Write("train/other", look: 2, count: 12);
        Write("test/common", look: 1, count: 1);
        Write("test/rare", look: 0, count: 1);
        Write("test/other", look: 2, count: 1);
    }

    [OneTimeTearDown]
    public void DeleteImages() => folder.Dispose();

    [Test]
    public void Run_Peers_AreJudgedBesideTheStrategyAndOnceForAllItsSettings()
    {
        string[] peers = ["--peer", "frozen-features", "--peer", "frozen-features-weighted"];
        var run = Benchmark(peers);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var rows = File.ReadAllLines(InFolder("results.csv"))
            .Skip(1)
            .Select(line => line.Replace("\"", "", StringComparison.Ordinal).Split(','))
            .ToArray();
        var again = Benchmark([.. peers, "--batch-size", "8"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row[1]), Is.EqualTo(new[] { "plain", "frozen-features", "frozen-features-weighted" }));
            Assert.That(rows[1..].Select(row => Number(row[7])), Is.EqualTo(new[] { 0.0, 1.0 }), "recall of the rare class");
            Assert.That(rows[1..].Select(row => Number(row[3])), Is.EqualTo(new[] { 2 / 3.0, 1.0 }).Within(1e-9), "macro accuracy");
            Assert.That(run.Output, Does.Contain("| frozen-features | 0.667 |").And.Contain("| frozen-features-weighted | 1.000 |"));
            Assert.That(run.Errors.Split("training folder: 28 of 28 images"), Has.Length.EqualTo(2), "computed once");
            Assert.That(run.Errors, Does.Contain("test folder: 3 of 3 images").And.Match(@"seed 1: l2 = \d"));
            Assert.That(Directory.Exists(InFolder(".cache/Microsoft/DeveloperTools")), Is.False, "what ONNX Runtime records of its use");
            Assert.That(again.Output, Does.Contain("3 runs, 2 of them done already."));
        }
    }

    [Test]
    public void Run_PeerThatIsNotOne_FailsWithAWord()
    {
        var run = Benchmark("--peer", "frozen");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain("There is no peer 'frozen'. There are frozen-features and frozen-features-weighted."));
    }

    private ChildProcess Benchmark(params string[] more) =>
        ChildProcess.Dotnet(
            [
                .. ExampleProgram.Training("Benchmark", InFolder("photos/train"), epochs: 1),
                .. new[] { "--test", InFolder("photos/test"), "--results", InFolder("results.csv"), "--strategy", "plain", "--seed", "1" },
                .. more,
            ],
            variables: new() { ["HOME"] = folder.Path }
        );

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private string InFolder(string name) => Path.Combine(folder.Path, name);
}

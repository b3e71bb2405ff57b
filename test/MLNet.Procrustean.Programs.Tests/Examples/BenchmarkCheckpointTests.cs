using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>A run that is stopped in the middle is not lost.</summary>
public sealed class BenchmarkCheckpointTests
{
    private TemporaryFolder folder = null!;

    private string Checkpoints => Path.Combine(folder.Path, "checkpoints");

    [SetUp]
    public void WriteImages()
    {
        folder = new();
        ImageFolders.Write(folder, ("photos/train/cat", 20), ("photos/train/dog", 8), ("photos/test/cat", 4), ("photos/test/dog", 4));
    }

    [TearDown]
    public void DeleteImages() => folder.Dispose();

    [Test]
    public void Run_KilledAfterAnEpoch_ResumesFromItsCheckpointAndGivesTheSame()
    {
        string[] mfw = ["--strategy", "mfw"];
        var whole = ChildProcess.Dotnet(Arguments(60, "whole.csv", mfw));
        Assert.That(whole.ExitCode, Is.Zero, whole.Errors);

        var resumable = Arguments(60, "resumed.csv", [.. mfw, "--checkpoint-path", Checkpoints]);
        ChildProcess.KillOnce(HasCheckpoint, resumable);
        Assert.That(Rows("resumed.csv"), Is.Empty, "it was killed too late to show anything");
        var resumed = ChildProcess.Dotnet(resumable);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.ExitCode, Is.Zero, resumed.Errors);
            Assert.That(resumed.Errors, Does.Contain("Resuming from the checkpoint"));
            Assert.That(Rows("resumed.csv"), Is.EqualTo(Rows("whole.csv")));
            Assert.That(Directory.GetFileSystemEntries(Checkpoints), Is.Empty, "the run is done");
        }
    }

    [Test]
    public void Report_KilledAfterTheFirstOfTwoRuns_DoesNotTrainItAgain()
    {
        var report = Path.Combine(folder.Path, "report.html");
        string[] both = ["--strategy", "plain", "--strategy", "mfw", "--report", report, "--checkpoint-path", Checkpoints];
        var arguments = Arguments(20, "results.csv", both);
        ChildProcess.KillOnce(() => Rows("results.csv").Any(), arguments);
        Assert.That(Rows("results.csv").Count(), Is.EqualTo(1), "it was killed too late to show anything");

        var resumed = ChildProcess.Dotnet(arguments);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.ExitCode, Is.Zero, resumed.Errors);
            Assert.That(resumed.Errors, Does.Contain("its model is taken from the finished checkpoint"));
            Assert.That(File.ReadAllText(report), Does.Contain("mfw").And.Contain("plain"));
            Assert.That(Directory.GetFileSystemEntries(Checkpoints), Is.Empty, "the report is written");
        }
    }

    private string[] Arguments(int epochs, string results, params string[] more) =>
        [
            .. ExampleProgram.Training("Benchmark", Path.Combine(folder.Path, "photos/train"), epochs),
            "--test",
            Path.Combine(folder.Path, "photos/test"),
            "--seed",
            "1",
            "--results",
            Path.Combine(folder.Path, results),
            .. more,
        ];

    private bool HasCheckpoint() =>
        Directory.Exists(Checkpoints) && Directory.EnumerateFiles(Checkpoints, "*.safetensors", SearchOption.AllDirectories).Any();

    // All but the seconds, the settings and the versions.
    private IEnumerable<string> Rows(string results)
    {
        var path = Path.Combine(folder.Path, results);
        return (File.Exists(path) ? File.ReadAllLines(path) : []).Skip(1).Select(line => string.Join(',', line.Split(',')[..8]));
    }
}

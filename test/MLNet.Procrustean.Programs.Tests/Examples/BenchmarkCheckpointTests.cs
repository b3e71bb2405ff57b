using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>A run that is stopped in the middle is not lost.</summary>
public sealed class BenchmarkCheckpointTests
{
    [Test]
    public void Run_KilledAfterAnEpoch_ResumesFromItsCheckpointAndGivesTheSame()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/train/cat", 20), ("photos/train/dog", 8), ("photos/test/cat", 4), ("photos/test/dog", 4));
        var (train, checkpoints) = (Path.Combine(folder.Path, "photos/train"), Path.Combine(folder.Path, "checkpoints"));
        string[] Arguments(string results, params string[] more) =>
            [
                .. ExampleProgram.Training("Benchmark", train, epochs: 60),
                "--test",
                Path.Combine(folder.Path, "photos/test"),
                "--seed",
                "1",
                "--strategy",
                "mfw",
                "--results",
                Path.Combine(folder.Path, results),
                .. more,
            ];
        var whole = ChildProcess.Dotnet(Arguments("whole.csv"));
        Assert.That(whole.ExitCode, Is.Zero, whole.Errors);

        var resumable = Arguments("resumed.csv", "--checkpoint-path", checkpoints);
        ChildProcess.KillOnce(() => HasCheckpoint(checkpoints), resumable);
        Assert.That(Rows(folder, "resumed.csv"), Is.Empty, "it was killed too late to show anything");
        var resumed = ChildProcess.Dotnet(resumable);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.ExitCode, Is.Zero, resumed.Errors);
            Assert.That(resumed.Errors, Does.Contain("Resuming from the checkpoint"));
            Assert.That(Rows(folder, "resumed.csv"), Is.EqualTo(Rows(folder, "whole.csv")));
            Assert.That(Directory.GetFileSystemEntries(checkpoints), Is.Empty, "the run is done");
        }
    }

    [Test]
    public void Report_KilledAfterTheFirstOfTwoRuns_DoesNotTrainItAgain()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/train/cat", 20), ("photos/train/dog", 8), ("photos/test/cat", 4), ("photos/test/dog", 4));
        var (checkpoints, report) = (Path.Combine(folder.Path, "checkpoints"), Path.Combine(folder.Path, "report.html"));
        string[] arguments =
        [
            .. ExampleProgram.Training("Benchmark", Path.Combine(folder.Path, "photos/train"), epochs: 20),
            "--test",
            Path.Combine(folder.Path, "photos/test"),
            .. (string[])["--seed", "1", "--strategy", "plain", "--strategy", "mfw", "--report", report],
            .. (string[])["--results", Path.Combine(folder.Path, "results.csv"), "--checkpoint-path", checkpoints],
        ];
        ChildProcess.KillOnce(() => Rows(folder, "results.csv").Any(), arguments);
        Assert.That(Rows(folder, "results.csv").Count(), Is.EqualTo(1), "it was killed too late to show anything");

        var resumed = ChildProcess.Dotnet(arguments);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.ExitCode, Is.Zero, resumed.Errors);
            Assert.That(resumed.Errors, Does.Contain("its model is taken from the finished checkpoint"));
            Assert.That(File.ReadAllText(report), Does.Contain("mfw").And.Contain("plain"));
            Assert.That(Directory.GetFileSystemEntries(checkpoints), Is.Empty, "the report is written");
        }
    }

    private static bool HasCheckpoint(string checkpoints) =>
        Directory.Exists(checkpoints) && Directory.EnumerateFiles(checkpoints, "*.safetensors", SearchOption.AllDirectories).Any();

    // All but the seconds, the settings and the versions.
    private static IEnumerable<string> Rows(TemporaryFolder folder, string results) =>
        (File.Exists(Path.Combine(folder.Path, results)) ? File.ReadAllLines(Path.Combine(folder.Path, results)) : [])
            .Skip(1)
            .Select(line => string.Join(',', line.Split(',')[..8]));
}

using System.Diagnostics;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Processes that are killed while they train, with no chance to clear up, and started again.</summary>
public sealed class KilledTrainingTests
{
    [Test]
    [Category(FaultsTried.Category)]
    public void TrainFolder_KilledAFewTimes_SavesTheModelOfAnUninterruptedTraining() => KillAndCompare(kills: 3, epochs: 20, seed: 1);

    [Test]
    [Category(FaultsTried.Category)]
    public void TrainFolder_KilledBetweenTrainingAndSaving_SavesTheModelWithoutTrainingAgain()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/cat", 30), ("photos/dog", 14), ("photos/owl", 6));
        var (checkpoints, whole, saved) = (
            Path.Combine(folder.Path, "checkpoints"),
            Path.Combine(folder.Path, "whole.zip"),
            Path.Combine(folder.Path, "saved.zip")
        );
        var run = ChildProcess.Dotnet(KilledTrainFolder.Arguments(whole, epochs: 3));
        Assert.That(run.ExitCode, Is.Zero, run.Errors);

        string[] again = [.. KilledTrainFolder.Arguments(saved, epochs: 3), "--checkpoint-path", checkpoints];
        for (var attempt = 0; attempt == 0 || (attempt < 5 && File.Exists(saved)); attempt++) // saving takes milliseconds
        {
            File.Delete(saved);
            if (Directory.Exists(checkpoints))
            {
                Directory.Delete(checkpoints, recursive: true);
            }

            ChildProcess.KillOnce(() => File.Exists(Path.Combine(checkpoints, "finished.safetensors")), again);
        }

        Assert.That(saved, Does.Not.Exist, "it was killed too late to show anything");
        Assert.That(Directory.GetFiles(checkpoints), Is.Not.Empty);

        run = ChildProcess.Dotnet(again);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Errors, Does.Contain("This training is over already"));
            Assert.That(run.Output, Does.Not.Contain("epoch"));
            Assert.That(SavedWeights.Of(saved), Is.EqualTo(SavedWeights.Of(whole)));
        }

        FaultsTried.Record(
            "Training",
            "process killed (kill -9) between the end of Fit and Save",
            1,
            "the same command saves the same model, bit for bit, without training again"
        );
    }

    [TestCase(1)]
    [TestCase(2)]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to checkpoints.")]
    public void TrainFolder_KilledManyTimes_SavesTheModelOfAnUninterruptedTraining(int seed) =>
        KillAndCompare(kills: 20, epochs: 200, seed);

    private static void KillAndCompare(int kills, int epochs, int seed)
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/cat", 30), ("photos/dog", 14), ("photos/owl", 6));
        var checkpoints = Path.Combine(folder.Path, "checkpoints");
        var random = new Random(seed);
        var (whole, resumed) = (Path.Combine(folder.Path, "whole.zip"), Path.Combine(folder.Path, "resumed.zip"));
        var run = ChildProcess.Dotnet(KilledTrainFolder.Arguments(whole, epochs));
        Assert.That(run.ExitCode, Is.Zero, run.Errors);

        string[] again = [.. KilledTrainFolder.Arguments(resumed, epochs), "--checkpoint-path", checkpoints, "--checkpoint-interval", "0"];
        var newest = "";
        for (var kill = 0; kill < kills; kill++)
        {
            newest = KillOnceItResumes(again, checkpoints, newest, TimeSpan.FromMilliseconds(random.Next(100)));
        }

        run = ChildProcess.Dotnet(again);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Errors, Does.Contain("Resuming from the checkpoint"));
            Assert.That(SavedWeights.Of(resumed), Is.EqualTo(SavedWeights.Of(whole)));
            Assert.That(Directory.GetFiles(checkpoints).Select(Path.GetFileName), Is.EqualTo(new[] { "finished.safetensors" }));
        }

        FaultsTried.Record(
            "Training",
            "process killed (kill -9) at random moments of a training",
            kills,
            "resumes by itself; the model is that of a training never killed, bit for bit"
        );
    }

    // At a random moment after the process has written a checkpoint later than the newest of the one before; the new newest.
    private static string KillOnceItResumes(string[] arguments, string checkpoints, string newest, TimeSpan delay)
    {
        using var process = ChildProcess.Start(arguments);
        var clock = Stopwatch.StartNew();
        while (
            string.CompareOrdinal(KilledTrainFolder.Newest(checkpoints), newest) <= 0
            && clock.Elapsed < TimeSpan.FromMinutes(1)
            && !process.HasExited
        )
        {
            Thread.Sleep(5);
        }

        Thread.Sleep(delay);
        Assert.That(process.HasExited, Is.False, "it ended before it was killed: train longer");
        process.Kill(); // SIGKILL, or TerminateProcess
        process.WaitForExit();
        return KilledTrainFolder.Newest(checkpoints);
    }
}

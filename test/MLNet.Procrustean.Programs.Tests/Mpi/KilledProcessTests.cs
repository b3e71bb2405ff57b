using System.Diagnostics;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Mpi;

/// <summary>One of several processes that train together is killed, with no chance to tell the others.</summary>
[TestFixtureSource(nameof(Launchers))]
[Parallelizable] // one launcher beside the other: much of it is waiting
internal sealed class KilledProcessTests(MpiLauncher launcher)
{
    private const int Processes = 2;
    private static readonly MpiLauncher[] Launchers = [MpiLauncher.OpenMpi, MpiLauncher.Mpich];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [OneTimeSetUp]
    public void SkipWithoutTheLauncher() => launcher.SkipIfMissing();

    [Test]
    [Category(FaultsTried.Category)]
    public void Training_OneProcessKilled_EndsAllAndResumesToTheSameModel() => KillAndCompare(kills: 1, epochs: 10, seed: 1);

    [Test]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to checkpoints or to the exchange between processes.")]
    public void Training_ProcessesKilledManyTimes_EndsAllAndResumesToTheSameModel() => KillAndCompare(kills: 20, epochs: 300, seed: 2);

    private void KillAndCompare(int kills, int epochs, int seed)
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/cat", 30), ("photos/dog", 14), ("photos/owl", 6));
        var random = new Random(seed);
        var (whole, resumed) = (Path.Combine(folder.Path, "whole.zip"), Path.Combine(folder.Path, "resumed.zip"));
        var run = launcher.Run(Processes, Arguments(whole, epochs));
        Assert.That(run.ExitCode, Is.Zero, run.Errors);

        var checkpoints = Path.Combine(folder.Path, "checkpoints");
        string[] again = [.. Arguments(resumed, epochs), "--checkpoint-path", checkpoints, "--checkpoint-interval", "0"];
        var slowest = TimeSpan.Zero;
        for (var kill = 0; kill < kills; kill++)
        {
            var took = KillOneOnceItResumes(again, checkpoints, resumed, random);
            slowest = took > slowest ? took : slowest;
        }

        run = launcher.Run(Processes / 2, again);
        TestContext.Out.WriteLine($"{launcher}: {kills} killed, all ended within {slowest.TotalSeconds:0.0} s");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Output + run.Errors, Does.Contain("Resuming from the checkpoint"));
            Assert.That(SavedWeights.Of(resumed), Is.EqualTo(SavedWeights.Of(whole)));
        }

        FaultsTried.Record(
            "Training",
            $"one of {Processes} processes of {launcher} killed (kill -9) at a random moment",
            kills,
            "all end, and resume as half as many; the model is that of a training never killed, bit for bit"
        );
    }

    // At a random moment after a checkpoint later than those that there are; how long the others lived on.
    private TimeSpan KillOneOnceItResumes(string[] arguments, string checkpoints, string model, Random random)
    {
        var before = KilledTrainFolder.Newest(checkpoints);
        var lines = new List<string>();
        using var mpirun = ChildProcess.StartProgram(
            launcher.Command,
            launcher.Arguments(Processes, arguments),
            line =>
            {
                lock (lines)
                {
                    lines.Add(line);
                }
            },
            MpiLauncher.Variables
        );
        var clock = Stopwatch.StartNew();
        while (
            string.CompareOrdinal(KilledTrainFolder.Newest(checkpoints), before) <= 0
            && clock.Elapsed < TimeSpan.FromMinutes(2)
            && !mpirun.HasExited
        )
        {
            Thread.Sleep(5);
        }

        Thread.Sleep(random.Next(300));
        var ranks = RanksOf(model);
        Assert.That(ranks, Has.Count.EqualTo(Processes), "it ended before one was killed: train longer");
        using (var victim = Process.GetProcessById(ranks[random.Next(Processes)]))
        {
            victim.Kill();
        }

        clock.Restart();
        Assert.That(mpirun.WaitForExit(Soon), Is.True, "the launcher waits for ever");
        var took = clock.Elapsed;
        mpirun.WaitForExit(); // for the last lines
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mpirun.ExitCode, Is.Not.Zero);
            Assert.That(() => RanksOf(model), Is.Empty.After(5_000, 20), "processes that live on"); // a killed one may free its memory
            Assert.That(
                lines.Count(line => line.Contains("exited on signal 9") || line.Contains("EXIT CODE: 9")),
                Is.EqualTo(1),
                string.Join('\n', lines)
            );
        }

        return took;
    }

    private static List<int> RanksOf(string model) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
                .Where(id => id > 0 && CommandLine(id) is ["dotnet", ..] arguments && arguments.Contains(model)),
        ];

    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return []; // it has ended
        }
    }

    private static string[] Arguments(string model, int epochs) => [.. KilledTrainFolder.Arguments(model, epochs), "--batch-parts", "2"];
}

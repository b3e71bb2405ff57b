using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MLNet.Procrustean.Mpi.Libraries;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;
using MpiRank;

namespace MLNet.Procrustean.Programs.Tests.Mpi;

/// <summary>Real processes, started by the launchers of both MPIs.</summary>
[TestFixtureSource(nameof(Launchers))]
[Parallelizable] // one launcher beside the other: much of it is waiting
internal sealed class MpiReplicasTests(MpiLauncher launcher)
{
    private static readonly MpiLauncher[] Launchers = [MpiLauncher.OpenMpi, MpiLauncher.Mpich];
    private static readonly ConcurrentDictionary<(int Processes, int Length), string> Hashes = []; // the same for both

    [OneTimeSetUp]
    public void SkipWithoutTheLauncher() => launcher.SkipIfMissing();

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Sum_OfAnyLength_HasTheSameBitsAsTheTree(int processes)
    {
        int[] lengths = [1, 2, 5, 1200, (1 << 22) + 7]; // the last in two portions; some that divide into blocks and others
        var run = launcher.RunRanks(processes, ["sum", .. lengths.Select(length => $"{length}")]);

        var expected = lengths.Select(length => $"sum {length} {HashOfSum(processes, length)}").ToArray();
        RankLines.AssertAllSay(run, processes, expected);
    }

    [TestCase(0)]
    [TestCase(3_000_001)]
    public void Broadcast_Bytes_GivesThoseOfProcess0(int length)
    {
        var run = launcher.RunRanks(3, ["broadcast", $"{length}"]);
        RankLines.AssertAllSay(run, 3, $"broadcast {Convert.ToHexStringLower(SHA256.HashData(RankValues.Bytes(0, length)))}");
    }

    [Test]
    public void Join_WithBothLibrariesInstalled_TakesThatOfTheLauncher()
    {
        var run = launcher.RunRanks(2, ["libraries"]);
        Assert.That(Matches(run, $@"2 processes, libraries: .*{Regex.Escape(launcher.Library)}"), Is.EqualTo(2), run.Output + run.Errors);
    }

    [Test]
    public void Join_LibraryOfAnotherMpi_IsRefused()
    {
        var other = Launchers.Single(one => one != launcher);
        other.SkipIfMissing();
        var run = launcher.RunRanks(2, ["libraries"], new() { [MpiSettings.Variable] = other.Library });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Not.Zero);
            Assert.That(run.Output, Does.Not.Contain("processes, libraries"));
            Assert.That(run.Errors, Does.Contain("started this process, and the MPI library is another one").And.Contain(other.Library));
        }
    }

    [TestCase("libm.so.6", "is not a library of Open MPI 4 or 5")]
    [TestCase("no-such-library.so", "Unable to load")]
    public void Join_AnotherLibrary_IsRefused(string library, string message)
    {
        var run = launcher.RunRanks(2, ["libraries"], new() { [MpiSettings.Variable] = library });
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Errors, Does.Contain(message));
    }

    [Test]
    public void Join_StartedAlone_IsOneProcessWithoutALibrary()
    {
        var run = launcher.RunRanks(1, ["libraries"]);
        RankLines.AssertAllSay(run, 1, "1 processes, libraries: ");
    }

    [Test]
    public void Join_ProcessesOfOneMachine_HaveAGpuEach()
    {
        var run = launcher.RunRanks(3, ["local"], new() { ["CUDA_VISIBLE_DEVICES"] = "4,6,7" });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Output, Does.Contain("[0/3] local 0, GPU 4"));
            Assert.That(run.Output, Does.Contain("[1/3] local 1, GPU 6"));
            Assert.That(run.Output, Does.Contain("[2/3] local 2, GPU 7"));
        }
    }

    [Test]
    public void NullReference_AfterJoining_IsAnExceptionAsEver()
    {
        var run = launcher.RunRanks(2, ["null-reference"]);
        RankLines.AssertAllSay(run, 2, "caught");
    }

    [TestCase("abort", "Process 1 of 3 .* ends all processes: the disk is full")]
    [TestCase("throw", "Process 1 of 3 .* ends all processes: System.InvalidOperationException: something unforeseen")]
    [TestCase("return", "Process 1 of 3 .* ends all processes: it has ended with exit code 3, and others continue")]
    public void Failure_OfOneProcess_EndsAllThatWait(string how, string message)
    {
        var clock = Stopwatch.StartNew();
        var run = launcher.RunRanks(3, [how, "1"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Not.Zero);
            Assert.That(Regex.Count(run.Output + run.Errors, message), Is.EqualTo(1), run.Output + run.Errors);
            Assert.That(Regex.Count(run.Output + run.Errors, "ends all processes"), Is.EqualTo(1));
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));
        }
    }

    [Test]
    public void Failure_OfAllProcesses_IsTheirExitCode()
    {
        var run = launcher.RunRanks(2, ["return-all"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(3));
            Assert.That(run.Output + run.Errors, Does.Contain("there is no such folder").And.Not.Contain("ends all processes"));
        }
    }

    [Test]
    public void End_OfOneProcessBeforeAnother_WaitsWithoutAProcessor()
    {
        var run = launcher.RunRanks(2, ["late"]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var waited = Regex.Match(run.Output, @"\[1/2\] waited ([\d.]+) s, computed ([\d.]+) s");
        Assert.That(double.Parse(waited.Groups[1].Value, CultureInfo.InvariantCulture), Is.GreaterThan(2));
        Assert.That(double.Parse(waited.Groups[2].Value, CultureInfo.InvariantCulture), Is.LessThan(1));
    }

    [TestCase("64", "Float64, contiguous")]
    [TestCase("0", "Float32, not contiguous")]
    public void Sum_OfOtherTensors_IsRefused(string kind, string found)
    {
        var run = launcher.RunRanks(2, ["tensor", kind]);
        Assert.That(Matches(run, $"The values to sum are {found}; they must be float32 and contiguous"), Is.EqualTo(2), run.Errors);
    }

    private static int Matches(ChildProcess run, string pattern) => Regex.Count(run.Output, pattern);

    private static string HashOfSum(int processes, int length) => Hashes.GetOrAdd((processes, length), _ => Hash(Sum(processes, length)));

    private static float[] Sum(int processes, int length) =>
        OrderedSumTests.Expected([.. Enumerable.Range(0, processes).Select(rank => RankValues.Floats(rank, length))]);

    private static string Hash(float[] values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)));
}

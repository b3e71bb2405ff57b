using MLNet.Procrustean.Mpi.Gpus;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Mpi;

/// <summary>Real processes that sum by a library with the functions of NCCL, which works in the memory of the machine.</summary>
[TestFixtureSource(nameof(Launchers))]
internal sealed class NcclTests(MpiLauncher launcher)
{
    private static readonly MpiLauncher[] Launchers = [MpiLauncher.OpenMpi, MpiLauncher.Mpich];

    private TemporaryFolder folder = null!;
    private string library = "";

    [OneTimeSetUp]
    public void Compile()
    {
        launcher.SkipIfMissing();
        folder = new TemporaryFolder();
        library = Path.Combine(folder.Path, "libnccl-of-tests.so");
        var source = Path.Combine(Repository.Root, "test", "MLNet.Procrustean.MpiRank", "nccl.c");
        if (!ChildProcess.CanStart("gcc"))
        {
            Assert.Ignore("There is no gcc here to compile the library of the tests: apt-get install gcc libc6-dev.");
        }

        var compiler = ChildProcess.Run("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-lpthread", "-lrt"]);
        Assert.That(compiler.ExitCode, Is.Zero, compiler.Errors);
    }

    [OneTimeTearDown]
    public void Remove() => folder?.Dispose();

    [TestCase(2, "nccl 5 6 9 12")]
    [TestCase(3, "nccl 5 12 18 24")]
    public void Sum_Values_IsThatOfAllProcesses(int processes, string expected)
    {
        var run = Run(processes, ["nccl", "5", "60000"]);
        var factor = processes * (processes + 1) / 2;
        RankLines.AssertAllSay(run, processes, expected, $"nccl 60000 {factor * 59997} {factor * 59998} {factor * 59999}");
    }

    [Test]
    public void Sum_MoreThanTheLibraryTakes_IsItsError()
    {
        var run = Run(2, ["nccl", "70000"]);
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Errors, Does.Contain("ncclAllReduce failed: another error (code 4)"));
    }

    [Test]
    public void Failure_OfTheNetwork_EndsAllWhileTheyWait()
    {
        var run = Run(2, ["nccl", "5"], "1");
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(
            run.Errors,
            Does.Match("Process 1 of 2 .* ends all processes: NCCL: remote process exited or there was a network error")
        );
    }

    [Test]
    public void Join_NoLibrary_IsLeftToTheMemoryOfTheMachines()
    {
        var run = launcher.RunRanks(2, ["nccl", "5"]);
        RankLines.AssertAllSay(run, 2, "no NCCL");
    }

    [Test]
    public void Join_AnotherLibrary_IsRefused()
    {
        var run = launcher.RunRanks(2, ["nccl", "5"], new() { [NcclCommunicator.Variable] = "libm.so.6" });
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Errors, Does.Contain("'libm.so.6', which MLNET_PROCRUSTEAN_NCCL names, is not a library of NCCL"));
    }

    private ChildProcess Run(int processes, IEnumerable<string> arguments, string? failingRank = null) =>
        launcher.RunRanks(processes, arguments, new() { [NcclCommunicator.Variable] = library, ["NCCL_STUB_FAILING_RANK"] = failingRank });
}

using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>Debian's command of one of the two MPIs, which it has side by side; a test is skipped where it is missing.</summary>
/// <param name="Command">To look for on the PATH.</param>
/// <param name="Options">That let it run more processes than processors, also as root.</param>
/// <param name="Library">The name of its library.</param>
internal sealed record MpiLauncher(string Command, IReadOnlyList<string> Options, string Library)
{
    public static readonly MpiLauncher OpenMpi = new("mpirun.openmpi", ["--allow-run-as-root", "--oversubscribe"], "libmpi.so.40");
    public static readonly MpiLauncher Mpich = new("mpirun.mpich", [], "libmpich.so.12");

    private static string Program =>
        Path.Combine(ChildProcess.FolderOfProgram("test/MLNet.Procrustean.MpiRank"), "MLNet.Procrustean.MpiRank.dll");

    /// <summary>The command line for a number of processes, for a program started by dotnet.</summary>
    public IReadOnlyList<string> Arguments(int processes, IEnumerable<string> program) =>
        [.. Options, "-n", $"{processes}", "dotnet", .. program];

    /// <summary>The variables that it is started with.</summary>
    public static Dictionary<string, string?> Variables { get; } = new() { ["OMP_WAIT_POLICY"] = "passive", ["TERM"] = "dumb" };

    /// <summary>Runs a program under examples or test, by its file and arguments.</summary>
    public ChildProcess Run(int processes, IEnumerable<string> program, Dictionary<string, string?>? more = null)
    {
        SkipIfMissing();
        var variables = new Dictionary<string, string?>(Variables);
        foreach (var (name, value) in more ?? [])
        {
            variables[name] = value;
        }

        return ChildProcess.Run(Command, Arguments(processes, program), variables: variables);
    }

    /// <summary>Runs the small program of the tests.</summary>
    public ChildProcess RunRanks(int processes, IEnumerable<string> arguments, Dictionary<string, string?>? more = null) =>
        Run(processes, [Program, .. arguments], more);

    public void SkipIfMissing()
    {
        if (!ChildProcess.CanStart(Command))
        {
            Assert.Ignore($"There is no {Command} here: apt-get install openmpi-bin mpich.");
        }
    }

    public override string ToString() => Command;
}

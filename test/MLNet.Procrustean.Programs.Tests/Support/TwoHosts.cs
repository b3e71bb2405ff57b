using System.Diagnostics;
using System.Globalization;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>Two network namespaces with a cable between them, which the launchers of MPI take for machines; root may make them.</summary>
internal sealed class TwoHosts : IDisposable
{
    private const string First = "procrustean-a";
    private const string Second = "procrustean-b";
    private const string FirstAddress = "10.77.0.1";
    private const string SecondAddress = "10.77.0.2";

    private readonly TemporaryFolder folder = new();
    private readonly string agent;

    public TwoHosts()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Ignore("Only root on Linux can make network namespaces.");
        }

        RemoveBoth();
        Ip("netns add " + First);
        Ip("netns add " + Second);
        Ip($"link add procrustean-a netns {First} type veth peer name procrustean-b netns {Second}");
        SetUp(First, FirstAddress);
        SetUp(Second, SecondAddress);
        WaitFor(First);
        WaitFor(Second);
        agent = WriteAgent();
    }

    /// <summary>What the launchers are told besides the number of processes.</summary>
    public IReadOnlyList<string> Options(MpiLauncher launcher) =>
        launcher == MpiLauncher.Mpich
            ? ["-launcher", "ssh", "-launcher-exec", agent, "-hosts", $"{FirstAddress},{SecondAddress}", "-genv", "UCX_TLS", "tcp,self"]
            :
            [
                .. "--mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24".Split(' '),
                "--mca",
                "plm_rsh_agent",
                agent,
                "--host",
                $"{FirstAddress},{SecondAddress}",
            ];

    /// <summary>Runs a program on both, started on the first one.</summary>
    public ChildProcess Run(MpiLauncher launcher, IEnumerable<string> program) =>
        ChildProcess.Run(
            "ip",
            [
                "netns",
                "exec",
                First,
                launcher.Command,
                .. launcher.Options.Where(option => option != "--oversubscribe"),
                .. Options(launcher),
                "-n",
                "2",
                "dotnet",
                .. program,
            ],
            variables: MpiLauncher.Variables
        );

    /// <summary>The bytes that have left the first one.</summary>
    public static long SentBytes() =>
        long.Parse(
            ChildProcess.Run("ip", ["netns", "exec", First, "cat", "/sys/class/net/procrustean-a/statistics/tx_bytes"]).Output,
            CultureInfo.InvariantCulture
        );

    public void Dispose()
    {
        RemoveBoth();
        folder.Dispose();
    }

    private static void SetUp(string host, string address)
    {
        Ip($"-n {host} addr add {address}/24 dev {host}");
        Ip($"-n {host} link set lo up");
        Ip($"-n {host} link set {host} up");
    }

    // The cable carries nothing for the first second, and MPICH does not wait for it.
    private static void WaitFor(string host)
    {
        var clock = Stopwatch.StartNew();
        while (ChildProcess.Run("ip", ["netns", "exec", host, "cat", $"/sys/class/net/{host}/operstate"]).Output.Trim() != "up")
        {
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), "the network does not come up");
            Thread.Sleep(50);
        }
    }

    // Takes the place of ssh: its options, a host and a command.
    private string WriteAgent()
    {
        var path = Path.Combine(folder.Path, "agent.sh");
        File.WriteAllText(
            path,
            $$"""
            #!/bin/bash
            while [[ $1 == -* ]]; do shift; done
            case $1 in {{FirstAddress}}) host={{First}};; {{SecondAddress}}) host={{Second}};; *) exit 1;; esac
            shift
            exec ip netns exec $host unshare --uts sh -c "hostname $host; $*"

            """
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private static void RemoveBoth()
    {
        ChildProcess.Run("ip", ["netns", "del", First]); // fails where it is not there
        ChildProcess.Run("ip", ["netns", "del", Second]);
    }

    private static void Ip(string arguments)
    {
        var run = ChildProcess.Run("ip", arguments.Split(' '));
        Assert.That(run.ExitCode, Is.Zero, $"ip {arguments}: {run.Errors}");
    }
}

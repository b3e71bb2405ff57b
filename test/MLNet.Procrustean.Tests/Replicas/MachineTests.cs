using System.Collections.Concurrent;
using MLNet.Procrustean.Replicas;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Replicas;

/// <summary>What the processes of one machine share.</summary>
public sealed class MachineTests
{
    [TestCase(4, 4, false, "0 123")]
    [TestCase(4, 2, false, "0 2 13")]
    [TestCase(4, 2, true, "02 13")]
    [TestCase(4, 1, false, "0 123")]
    [TestCase(4, 1, true, "0123")]
    public void FirstThenOthers_WritingFiles_BeginsWithTheFirstOfEachMachine(int count, int ofMachine, bool apart, string expected)
    {
        var made = new ConcurrentQueue<int>();
        var results = ThreadReplicas.Results(count, replicas => Made(replicas), ofMachine);
        var turns = expected.Split(' ').Select(turn => turn.Select(rank => rank - '0').ToArray()).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results, Is.EqualTo(Enumerable.Range(0, count).Select(rank => $"{rank}")));
            var order = made.ToArray();
            Assert.That(order, Has.Length.EqualTo(count));
            foreach (var turn in turns)
            {
                Assert.That(order.Take(turn.Length), Is.EquivalentTo(turn));
                order = order[turn.Length..];
            }
        }

        string Made(IReplicas replicas) =>
            new ProcessGroup(replicas).FirstThenOthers(
                () =>
                {
                    made.Enqueue(replicas.Rank);
                    return $"{replicas.Rank}";
                },
                writes: true,
                apart
            );
    }

    [Test]
    public void Folder_OfProcessesOfOneMachine_IsOneForItsOwnerAloneAndGoes()
    {
        var folders = ThreadReplicas.Results(4, replicas => Use(new(replicas)), ofMachine: 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(folders.Distinct().Count(), Is.EqualTo(1));
            Assert.That(Directory.Exists(folders[0].Path), Is.False);
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(folders[0].Mode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
            }
        }

        static (string Path, UnixFileMode Mode) Use(ProcessGroup processes)
        {
            using var folder = MachineFolder.For(processes)!;
            var mode = processes.Together(() => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(folder.Path));
            return (folder.Path, mode);
        }
    }

    [Test]
    public void Folder_BesideOthers_RemovesThoseOfKilledProcessesAlone()
    {
        using var parent = new TemporaryFolder();
        using var used = MachineFolder.In(parent.Path, "procrustean-machine-used", holds: true);
        MachineFolder.In(parent.Path, "procrustean-machine-left", holds: false); // for its owner alone, as all of them
        parent.Write("procrustean-machine-left/images", [1]);
        parent.Write("procrustean-machine-left/in-use-by-processes.lock", []);
        var open = OperatingSystem.IsWindows() ? Array.Empty<string>() : ["open"];
        Array.ForEach(open, _ => parent.Write("procrustean-machine-open/in-use-by-processes.lock", []));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(parent.Path, "procrustean-machine-open"), (UnixFileMode)0b_111_101_101);
        }

        parent.Write("procrustean-machine-begun/images", [1]);
        parent.Write("procrustean-checkpoints/in-use-by-processes.lock", []);
        using var made = MachineFolder.In(parent.Path, "procrustean-machine-made", holds: true);
        Assert.That(
            Directory.GetDirectories(parent.Path).Select(Path.GetFileName),
            Is.EquivalentTo(
                open.Concat(["used", "begun", "made"]).Select(name => $"procrustean-machine-{name}").Append("procrustean-checkpoints")
            )
        );
    }

    [Test]
    public void Folder_OfProcessesOfAMachineEach_IsNotNeeded() =>
        Assert.That(ThreadReplicas.Results(2, replicas => MachineFolder.For(new(replicas)) is null, ofMachine: 1), Is.All.True);
}

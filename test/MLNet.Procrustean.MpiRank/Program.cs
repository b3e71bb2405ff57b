using System.Diagnostics;
using System.Security.Cryptography;
using MLNet.Procrustean;
using MLNet.Procrustean.Mpi.Gpus;
using MpiRank;
using static TorchSharp.torch;

// One of several processes that a launcher starts: does what its first argument says, and prints a line for tests to read.
NativeCompatibility.Enable();
var replicas = MpiReplicas.Join();
var number = args.Length > 1 ? int.Parse(args[1]) : 0;
switch (args[0])
{
    case "sum":
        foreach (var length in args[1..].Select(int.Parse))
        {
            using var values = tensor(RankValues.Floats(replicas.Rank, length));
            replicas.Sum(values);
            Say($"sum {length} {Convert.ToHexStringLower(SHA256.HashData(values.bytes))}");
        }

        return 0;

    case "broadcast":
        var bytes = RankValues.Bytes(replicas.Rank, number);
        replicas.Broadcast(bytes);
        Say($"broadcast {Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        return 0;

    case "nccl": // sums as on GPUs, by the library that the environment names
        if (NcclCommunicator.TryJoin(replicas) is not { } gpus)
        {
            Say("no NCCL");
            return 0;
        }

        foreach (var length in args[1..].Select(int.Parse))
        {
            using var values = arange(length, ScalarType.Float32).mul_(replicas.Rank + 1);
            gpus.Sum(values);
            Say($"nccl {length} {string.Join(' ', values.data<float>().ToArray().TakeLast(3))}");
        }

        if (Environment.GetEnvironmentVariable("NCCL_STUB_FAILING_RANK") is not null)
        {
            Wait();
        }

        return 0;

    case "local": // where this process is on its machine, and which GPU it sees
        Say($"local {replicas.LocalRank}, GPU {Environment.GetEnvironmentVariable(OwnGpu.Variable)}");
        return 0;

    case "libraries": // what this process has loaded of MPI
        var loaded = File.ReadAllLines("/proc/self/maps")
            .Select(line => Path.GetFileName(line.Split(' ')[^1]))
            .Where(file => file.StartsWith("libmpi", StringComparison.Ordinal));
        Say($"{replicas.Count} processes, libraries: {string.Join(" ", loaded.Distinct())}");
        return 0;

    case "null-reference": // made of a signal, which native libraries like to take
        try
        {
            var nothing = Environment.GetEnvironmentVariable("no such variable");
            Say($"{nothing!.Length}");
        }
        catch (NullReferenceException)
        {
            Say("caught");
        }

        return 0;

    case "abort" when replicas.Rank == number:
        replicas.Abort("the disk is full");
        return 0;

    case "throw" when replicas.Rank == number:
        throw new InvalidOperationException("something unforeseen");

    case "return" when replicas.Rank == number:
        Console.Error.WriteLine("there is no such folder");
        return 3;

    case "return-all":
        Console.Error.WriteLine("there is no such folder");
        return 3;

    case "late": // the others wait for this one's end, and use no processor
        if (replicas.Rank == 0)
        {
            Thread.Sleep(TimeSpan.FromSeconds(3));
        }

        var before = Environment.CpuUsage.TotalTime; // comes after the library's own, which waits
        var clock = Stopwatch.StartNew();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
            Say($"waited {clock.Elapsed.TotalSeconds:0.0} s, computed {(Environment.CpuUsage.TotalTime - before).TotalSeconds:0.0} s");
        return 0;

    case "tensor": // what Sum refuses
        using (var wrong = number == 64 ? zeros(4, ScalarType.Float64) : zeros(4, 4).t())
        {
            try
            {
                replicas.Sum(wrong);
            }
            catch (ArgumentException problem)
            {
                Say(problem.Message);
            }
        }

        return 0;

    case "time": // milliseconds of a sum, the median of 21
        Say($"{string.Join(' ', args[1..].Select(int.Parse).Select(length => $"{length}: {Time(length):0.00} ms"))}");
        return 0;
}

Wait();
return 0;

void Say(string line) => Console.WriteLine($"[{replicas.Rank}/{replicas.Count}] {line}");

// As a training does that waits for the gradients of the others.
void Wait()
{
    using var values = zeros(1000);
    for (; ; )
    {
        replicas.Sum(values);
    }
}

double Time(int length)
{
    using var values = zeros(length);
    replicas.Sum(values);
    var times = Enumerable
        .Range(0, 21)
        .Select(_ =>
        {
            replicas.Broadcast(new byte[1]);
            var begun = Stopwatch.StartNew();
            replicas.Sum(values);
            return begun.Elapsed.TotalMilliseconds;
        });
    return times.Order().ElementAt(10);
}

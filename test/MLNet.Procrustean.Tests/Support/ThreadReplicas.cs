using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Processes that train together, played by threads of this one, which exchange their values in memory.</summary>
internal sealed class ThreadReplicas : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2); // to wait for the others
    private readonly CancellationTokenSource aborted = new();
    private readonly Barrier barrier;
    private readonly float[][] given;
    private readonly int ofMachine;
    private byte[] ofFirst = [];

    private ThreadReplicas(int count, int ofMachine) => (barrier, given, this.ofMachine) = (new(count), new float[count][], ofMachine);

    /// <summary>Why a process ended the others; null where none did.</summary>
    public string? Reason { get; private set; }

    /// <summary>Runs the same in each process; what one of them throws is its outcome.</summary>
    /// <param name="count">The number of processes.</param>
    /// <param name="run">(process) → result.</param>
    /// <param name="ofMachine">The number of processes on each machine; null where there is one machine.</param>
    /// <returns>The results, the exceptions, in the order of the processes, and the reason of the one that ended the others.</returns>
    public static (T?[] Results, Exception?[] Problems, string? Aborted) Run<T>(int count, Func<IReplicas, T> run, int? ofMachine = null)
    {
        using var all = new ThreadReplicas(count, ofMachine ?? count);
        var (results, problems) = (new T?[count], new Exception?[count]);
        var threads = Enumerable.Range(0, count).Select(rank => new Thread(() => RunOne(rank))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return (results, problems, all.Reason);

        void RunOne(int rank)
        {
            set_num_threads(1); // each thread has a number of its own
            try
            {
                results[rank] = run(new Process(all, rank));
            }
            catch (Exception problem)
            {
                problems[rank] = problem;
            }
        }
    }

    /// <summary>The results where nothing is to fail.</summary>
    public static T[] Results<T>(int count, Func<IReplicas, T> run, int? ofMachine = null)
    {
        var (results, problems, _) = Run(count, run, ofMachine);
        Assert.That(problems, Is.All.Null);
        return results!;
    }

    public void Dispose()
    {
        barrier.Dispose();
        aborted.Dispose();
    }

    private void Wait()
    {
        try
        {
            if (!barrier.SignalAndWait(Longest, aborted.Token))
            {
                throw new IOException("The other processes do not come.");
            }
        }
        catch (OperationCanceledException)
        {
            throw new IOException($"ended by another process: {Reason}");
        }
    }

    // As the documentation says: pairs of neighbours, and again, until there is one.
    private float[] Total()
    {
        var sums = given.Select(values => values.ToArray()).ToList();
        while (sums.Count > 1)
        {
            sums = [.. sums.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : pair[0].Zip(pair[1], (a, b) => a + b).ToArray())];
        }

        return sums[0];
    }

    private sealed class Process(ThreadReplicas all, int rank) : IReplicas
    {
        public int Rank => rank;

        public int Count => all.given.Length;

        public int LocalRank => rank % all.ofMachine;

        public void Sum(Tensor values)
        {
            all.given[rank] = values.data<float>().ToArray();
            all.Wait();
            if (all.given.Any(one => one.Length != all.given[0].Length))
            {
                throw new InvalidOperationException($"The processes sum {string.Join(", ", all.given.Select(one => one.Length))} values.");
            }

            values.copy_(tensor(all.Total()));
            all.Wait();
        }

        public void Broadcast(Span<byte> values)
        {
            if (rank == 0)
            {
                all.ofFirst = values.ToArray();
            }

            all.Wait();
            all.ofFirst.CopyTo(values);
            all.Wait();
        }

        public void Abort(string reason)
        {
            lock (all.aborted)
            {
                all.Reason ??= reason;
            }

            all.aborted.Cancel();
        }
    }
}

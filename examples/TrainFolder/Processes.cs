using MLNet.Procrustean;
using TorchSharp;

namespace TrainFolder;

/// <summary>The processes that a launcher started, or this one alone; each message is written by one of them.</summary>
internal sealed class Processes
{
    private Processes(IReplicas replicas) => Replicas = replicas;

    public IReplicas Replicas { get; }

    /// <summary>Whether this is the one that evaluates and writes files.</summary>
    public bool IsFirst => Replicas.Rank == 0;

    /// <summary>Joins them; all but the first write nothing from then on, except what goes wrong.</summary>
    public static Processes Join()
    {
        var processes = new Processes(MpiReplicas.Join());
        if (processes.Replicas.Count > 1)
        {
            Environment.SetEnvironmentVariable("TERM", "dumb"); // Open MPI gives each process a terminal, and shows its control characters
        }

        if (!processes.IsFirst)
        {
            Console.SetOut(TextWriter.Null);
        }

        return processes;
    }

    /// <summary>Does something in each process; where it fails in some, all end, and the first of those says why.</summary>
    public T InAll<T>(Func<T> act)
    {
        if (Replicas.Count == 1)
        {
            return act();
        }

        var (made, failure) = Try(act);
        using var failed = torch.zeros(Replicas.Count);
        failed[Replicas.Rank] = failure is null ? 0 : 1;
        Replicas.Sum(failed);
        var first = failed.data<float>().ToArray().IndexOf(1);
        if (first >= 0)
        {
            if (first != Replicas.Rank)
            {
                Console.SetError(TextWriter.Null);
            }

            throw failure ?? new InvalidOperationException($"Process {first} has failed.");
        }

        return made!;
    }

    /// <summary>Trains; what goes wrong is known to all processes then, and the first one says it.</summary>
    public T Train<T>(Func<T> fit)
    {
        try
        {
            return fit();
        }
        catch when (!IsFirst)
        {
            Console.SetError(TextWriter.Null);
            throw;
        }
    }

    private static (T? Made, Exception? Failure) Try<T>(Func<T> act)
    {
        try
        {
            return (act(), null);
        }
        catch (Exception problem)
        {
            return (default, problem);
        }
    }
}

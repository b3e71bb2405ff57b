using System.Diagnostics;
using MLNet.Procrustean.Mpi.Libraries;

namespace MLNet.Procrustean.Mpi.World;

/// <summary>How a process leaves the others: together with them, or by ending them all.</summary>
/// <remarks>
/// MPI_Finalize waits for all processes, so that one which fails while the others wait for its values would wait for ever, and they with
/// it. A process that ends with exit code 0 therefore waits until all others end too; one that fails gives them some seconds, in which they
/// may end for the same reason and say so, and then ends them.
/// </remarks>
internal sealed class Ending
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(20);

    private readonly MpiHandles handles;
    private readonly Lock gate;
    private readonly string process;
    private readonly nint communicator; // its own, on which nothing but the end is agreed
    private int begun;

    /// <param name="handles">Of the library.</param>
    /// <param name="gate">Held during each call of the library.</param>
    /// <param name="process">Its name in messages.</param>
    public Ending(MpiHandles handles, Lock gate, string process)
    {
        (this.handles, this.gate, this.process) = (handles, gate, process);
        _ = MpiCalls.CommDup(handles.World, out communicator);
        AppDomain.CurrentDomain.UnhandledException += (_, thrown) => Abort($"{thrown.ExceptionObject}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Leave(Environment.ExitCode);
    }

    /// <summary>Ends all processes, and this one with them.</summary>
    public void Abort(string reason)
    {
        if (Interlocked.Exchange(ref begun, 1) == 0)
        {
            Console.Error.WriteLine($"{process} ends all processes: {reason}");
            Console.Error.Flush();
            // Not behind the gate: another thread may be in a call that never returns. And if this call does not end the process, the
            // launcher ends the others when this one is gone.
            new Thread(KillLater) { IsBackground = true }.Start();
            _ = MpiCalls.Abort(handles.World, exitCode: 1);
        }
    }

    private void Leave(int exitCode)
    {
        if (Volatile.Read(ref begun) == 0 && !HasLeft(exitCode == 0 ? null : Patience))
        {
            Abort($"it has ended with exit code {exitCode}, and others continue.");
        }
    }

    // The others may still take long, for example to score: waiting sleeps here, where MPI's own would keep a processor busy.
    private bool HasLeft(TimeSpan? limit)
    {
        var clock = Stopwatch.StartNew();
        if (!gate.TryEnter(Patience))
        {
            return false;
        }

        try
        {
            if (MpiCalls.BeginBarrier(communicator, out var request) != 0)
            {
                return false;
            }

            while (MpiCalls.Test(ref request, out var completed, handles.NoStatus) == 0)
            {
                if (completed != 0)
                {
                    return Interlocked.Exchange(ref begun, 1) == 0 && Finalise();
                }

                if (clock.Elapsed > limit)
                {
                    return false;
                }

                Thread.Sleep(LongestSleep);
            }

            return false;
        }
        finally
        {
            gate.Exit();
        }
    }

    // MPICH's end by UCX over TCP waits for ever where connections are still being made while a process is ahead of another (10 of 16 runs
    // of a small sum). So all have some moments for the former, and come out of a last barrier together.
    private bool Finalise()
    {
        for (var round = 0; round < 10; round++)
        {
            if (MpiCalls.Barrier(communicator) != 0)
            {
                return false;
            }

            Thread.Sleep(TimeSpan.FromMilliseconds(5));
        }

        return MpiCalls.Barrier(communicator) == 0 && MpiCalls.Finalise() == 0;
    }

    private static void KillLater()
    {
        Thread.Sleep(TimeSpan.FromSeconds(5));
        using var process = Process.GetCurrentProcess();
        process.Kill();
    }
}

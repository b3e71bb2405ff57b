using System.Runtime.InteropServices;
using MLNet.Procrustean.Mpi.Gpus;
using MLNet.Procrustean.Mpi.Libraries;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Mpi.World;

/// <summary>The processes that a launcher started, joined by the MPI library of the system.</summary>
internal sealed class MpiWorld : IReplicas
{
    private const int LargestMessage = 1 << 30; // bytes: counts of MPI are 32-bit integers
    private const int FloatsAtOnce = 1 << 22; // what is sent and received takes 16 MB each

    private readonly MpiHandles handles;
    private readonly Ending ending;
    private readonly Lazy<NcclCommunicator?> nccl; // null where a process has no NCCL
    private readonly Lock gate = new(); // the library was asked to serve one thread at a time
    private float[] sent = [];
    private float[] received = [];

    private MpiWorld(MpiLibrary library)
    {
        handles = library.Handles;
        MpiCalls.Use(library.Address);
        Check(MpiCalls.InitThread(0, 0, MpiCalls.Serialized, out var threads), "MPI_Init_thread");
        if (threads < MpiCalls.Serialized)
        {
            throw new InvalidOperationException(
                $"{library.Description} cannot be called from more than one thread, and .NET has several (its thread level is "
                    + $"{threads}, and MPI_THREAD_SERIALIZED, {MpiCalls.Serialized}, is needed). Use one that is built with threads."
            );
        }

        Check(MpiCalls.CommRank(handles.World, out var rank), "MPI_Comm_rank");
        Check(MpiCalls.CommSize(handles.World, out var count), "MPI_Comm_size");
        Check(MpiCalls.CommSplit(handles.World, handles.OfMachine, rank, handles.NoInfo, out var ofMachine), "MPI_Comm_split_type");
        Check(MpiCalls.CommRank(ofMachine, out var localRank), "MPI_Comm_rank");
        Check(MpiCalls.CommSize(ofMachine, out var localCount), "MPI_Comm_size");
        (Rank, Count, LocalRank, LocalCount) = (rank, count, localRank, localCount);
        nccl = new(() => NcclCommunicator.TryJoin(this));
        ending = new(handles, gate, $"Process {rank} of {count} ({Environment.MachineName})");
    }

    public int Rank { get; }

    public int Count { get; }

    public int LocalRank { get; }

    /// <summary>The number of processes on this machine.</summary>
    public int LocalCount { get; }

    /// <summary>Joins the processes; once in a process.</summary>
    /// <exception cref="InvalidOperationException">The library lacks what is needed.</exception>
    public static MpiWorld Join(MpiLibrary library) => new(library);

    public void Sum(Tensor values)
    {
        if (values.dtype != ScalarType.Float32 || !values.is_contiguous())
        {
            throw new ArgumentException(
                $"The values to sum are {values.dtype}, {(values.is_contiguous() ? "" : "not ")}contiguous; "
                    + "they must be float32 and contiguous.",
                nameof(values)
            );
        }

        if (values.device_type != TorchSharp.DeviceType.CPU)
        {
            SumOnGpu(values);
            return;
        }

        lock (gate)
        {
            Sum(MemoryMarshal.Cast<byte, float>(values.bytes));
        }
    }

    public void Broadcast(Span<byte> values)
    {
        lock (gate)
        {
            while (values.Length > 0)
            {
                var some = values[..Math.Min(values.Length, LargestMessage)];
                Check(MpiCalls.Broadcast(ref some[0], some.Length, handles.Byte, root: 0, handles.World), "MPI_Bcast");
                values = values[some.Length..];
            }
        }
    }

    public void Abort(string reason) => ending.Abort(reason);

    private void SumOnGpu(Tensor values)
    {
        if (nccl.Value is { } gpus)
        {
            gpus.Sum(values);
            return;
        }

        using var copy = values.cpu();
        Sum(copy);
        values.copy_(copy);
    }

    private void Sum(Span<float> values)
    {
        var atOnce = FloatsAtOnce / Count * Count;
        while (values.Length > 0)
        {
            var some = values[..Math.Min(values.Length, atOnce)];
            SumSome(some);
            values = values[some.Length..];
        }
    }

    // Each process adds up a block of all vectors and then gives it to the others: so every process has the same bits, and each number
    // travels twice, whatever the number of processes.
    private void SumSome(Span<float> values)
    {
        var block = (values.Length + Count - 1) / Count;
        Reserve(block * Count);
        var sending = Evenly(values, block);
        var bytes = block * sizeof(float);
        Check(
            MpiCalls.AllToAll(ref First(sending), bytes, handles.Byte, ref First(received), bytes, handles.Byte, handles.World),
            "MPI_Alltoall"
        );
        OrderedSum.Reduce(received, Count, block);
        Check(
            MpiCalls.AllGather(ref First(received), bytes, handles.Byte, ref First(sending), bytes, handles.Byte, handles.World),
            "MPI_Allgather"
        );
        if (sending.Length > values.Length)
        {
            sending[..values.Length].CopyTo(values);
        }
    }

    // The values themselves where they divide into blocks; otherwise a longer copy.
    private Span<float> Evenly(Span<float> values, int block)
    {
        if (values.Length == block * Count)
        {
            return values;
        }

        var longer = sent.AsSpan(0, block * Count);
        values.CopyTo(longer);
        longer[values.Length..].Clear();
        return longer;
    }

    private void Reserve(int length)
    {
        if (received.Length < length)
        {
            (sent, received) = (new float[length], new float[length]);
        }
    }

    private static ref byte First(Span<float> values) => ref MemoryMarshal.AsBytes(values)[0];

    // By default, a library ends all processes itself when a call fails, with a message of its own.
    private static void Check(int code, string function)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"{function} of the MPI library failed with code {code}.");
        }
    }
}

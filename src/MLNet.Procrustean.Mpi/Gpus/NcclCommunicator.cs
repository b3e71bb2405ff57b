using System.Runtime.InteropServices;
using MLNet.Procrustean.Replicas;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Mpi.Gpus;

/// <summary>Sums over the GPUs of all processes, without passing through the memory of the machines.</summary>
/// <remarks>
/// Processes find each other by an identifier that travels by MPI. It is tested with a library of the same functions that sums in the
/// memory of one machine: streams, several GPUs and the network between them were not run.
/// </remarks>
internal sealed class NcclCommunicator
{
    /// <summary>The environment variable with the path of the library, where it has not the usual name.</summary>
    public const string Variable = "MLNET_PROCRUSTEAN_NCCL";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly nint address;

    private NcclCommunicator(IReplicas processes)
    {
        var id = new NcclCalls.UniqueId { Bytes = new byte[NcclCalls.UniqueId.Size] };
        if (processes.Rank == 0)
        {
            Check(NcclCalls.GetUniqueId(out id), "ncclGetUniqueId");
        }

        processes.Broadcast(id.Bytes);
        Check(NcclCalls.CommInitRank(out address, processes.Count, id, processes.Rank), "ncclCommInitRank");
        new Thread(() => Watch(processes)) { IsBackground = true }.Start();
    }

    /// <summary>Joins all processes, which call this together; null where one of them has no NCCL.</summary>
    /// <exception cref="InvalidOperationException">NCCL cannot join them.</exception>
    /// <exception cref="DllNotFoundException">The path that is set is not that of NCCL.</exception>
    public static NcclCommunicator? TryJoin(IReplicas processes)
    {
        var isThere = TryLoad(Environment.GetEnvironmentVariable(Variable));
        return new ProcessGroup(processes).InAny(!isThere) ? null : new(processes);
    }

    /// <summary>Replaces the values by their sum over all processes; work that is queued on the GPU later sees the sum.</summary>
    /// <param name="values">[N], float32, contiguous, on the GPU of this process.</param>
    public void Sum(Tensor values)
    {
        var data = TensorCalls.Data(null, values.Handle);
        Check(
            NcclCalls.AllReduce(data, data, (nuint)values.NumberOfElements, NcclCalls.Float32, NcclCalls.Sum, address, stream: 0),
            "ncclAllReduce"
        );
        GC.KeepAlive(values);
    }

    // The package of libtorch for GPUs has the functions in one of its own libraries.
    private static bool TryLoad(string? path)
    {
        string[] names = path is null ? ["libnccl.so.2", "libtorch_cuda.so"] : [path];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "ncclAllReduce", out _))
            {
                NcclCalls.Use(library);
                return true;
            }
        }

        return path is null ? false : throw new DllNotFoundException($"'{path}', which {Variable} names, is not a library of NCCL.");
    }

    // A sum that cannot be completed never ends on the GPU, and the thread that waits for its values with it.
    private void Watch(IReplicas processes)
    {
        for (; ; )
        {
            Thread.Sleep(BetweenLooks);
            var code = NcclCalls.GetAsyncError(address, out var state);
            if ((code == NcclCalls.Success ? state : code) is var problem and not (NcclCalls.Success or NcclCalls.InProgress))
            {
                processes.Abort($"NCCL: {Text(problem)}");
                return;
            }
        }
    }

    private static void Check(int code, string function)
    {
        if (code != NcclCalls.Success)
        {
            throw new InvalidOperationException(
                $"{function} failed: {Text(code)} (code {code}). With NCCL_DEBUG=WARN in the environment, NCCL says more. "
                    + "It needs a GPU for each process: see CUDA_VISIBLE_DEVICES."
            );
        }
    }

    private static string Text(int code) => Marshal.PtrToStringUTF8(NcclCalls.GetErrorString(code)) ?? "an unknown error";
}

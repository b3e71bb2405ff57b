using System.Runtime.InteropServices;
using MLNet.Procrustean.Mpi.Libraries;

namespace MLNet.Procrustean.Mpi.Gpus;

/// <summary>The functions of NCCL that sum over GPUs, as its nccl.h has them.</summary>
internal static class NcclCalls
{
    public const int Success = 0;
    public const int InProgress = 7;
    public const int Float32 = 7;
    public const int Sum = 0;

    private const string Library = "nccl"; // stands for the library in use

    /// <summary>Directs all calls to a loaded library.</summary>
    public static void Use(nint library) => LoadedLibraries.Use(Library, library);

    [DllImport(Library, EntryPoint = "ncclGetUniqueId")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int GetUniqueId(out UniqueId id);

    [DllImport(Library, EntryPoint = "ncclCommInitRank")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CommInitRank(out nint communicator, int count, UniqueId id, int rank);

    /// <summary>Begins a sum on a stream, which later work on the stream waits for.</summary>
    /// <param name="sent">On the GPU of the communicator, as <paramref name="received"/>; they may be the same.</param>
    /// <param name="received">Where the sum is put.</param>
    /// <param name="count">Of elements.</param>
    /// <param name="type">Of an element.</param>
    /// <param name="operation">Which reduction.</param>
    /// <param name="communicator">Of all processes.</param>
    /// <param name="stream">0 for the default one, which TorchSharp uses.</param>
    [DllImport(Library, EntryPoint = "ncclAllReduce")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int AllReduce(nint sent, nint received, nuint count, int type, int operation, nint communicator, nint stream);

    [DllImport(Library, EntryPoint = "ncclCommGetAsyncError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int GetAsyncError(nint communicator, out int state);

    [DllImport(Library, EntryPoint = "ncclGetErrorString")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint GetErrorString(int code);

    /// <summary>By which processes find each other; passed by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct UniqueId
    {
        /// <summary>Its size in bytes.</summary>
        public const int Size = 128;

        [MarshalAs(UnmanagedType.ByValArray, SizeConst = Size)]
        public byte[] Bytes;
    }
}

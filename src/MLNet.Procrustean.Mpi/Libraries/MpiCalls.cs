using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Mpi.Libraries;

/// <summary>The functions of the MPI library that <see cref="Use"/> has named, as the MPI standard has them.</summary>
/// <remarks>Counts are of elements, and each function returns 0 where it succeeded.</remarks>
internal static class MpiCalls
{
    public const int Serialized = 2; // MPI_THREAD_SERIALIZED: any thread may call, one at a time

    private const string Library = "mpi"; // stands for the library in use

    /// <summary>Directs all calls to a loaded library.</summary>
    public static void Use(nint library) => LoadedLibraries.Use(Library, library);

    [DllImport(Library, EntryPoint = "MPI_Init_thread")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int InitThread(nint argumentCount, nint arguments, int required, out int provided);

    [DllImport(Library, EntryPoint = "MPI_Get_library_version")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int GetLibraryVersion(ref byte text, out int length);

    [DllImport(Library, EntryPoint = "MPI_Comm_rank")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CommRank(nint communicator, out int rank);

    [DllImport(Library, EntryPoint = "MPI_Comm_size")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CommSize(nint communicator, out int size);

    /// <summary>Divides the processes; <paramref name="kind"/> is MPI_COMM_TYPE_SHARED for those of each machine.</summary>
    [DllImport(Library, EntryPoint = "MPI_Comm_split_type")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CommSplit(nint communicator, int kind, int key, nint info, out nint part);

    [DllImport(Library, EntryPoint = "MPI_Comm_dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CommDup(nint communicator, out nint copy);

    [DllImport(Library, EntryPoint = "MPI_Alltoall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int AllToAll(
        ref byte sent,
        int sentCount,
        nint sentType,
        ref byte received,
        int receivedCount,
        nint receivedType,
        nint communicator
    );

    [DllImport(Library, EntryPoint = "MPI_Allgather")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int AllGather(
        ref byte sent,
        int sentCount,
        nint sentType,
        ref byte received,
        int receivedCount,
        nint receivedType,
        nint communicator
    );

    [DllImport(Library, EntryPoint = "MPI_Bcast")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Broadcast(ref byte values, int count, nint type, int root, nint communicator);

    [DllImport(Library, EntryPoint = "MPI_Barrier")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Barrier(nint communicator);

    [DllImport(Library, EntryPoint = "MPI_Ibarrier")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int BeginBarrier(nint communicator, out nint request);

    [DllImport(Library, EntryPoint = "MPI_Test")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Test(ref nint request, out int completed, nint status);

    [DllImport(Library, EntryPoint = "MPI_Abort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Abort(nint communicator, int exitCode);

    [DllImport(Library, EntryPoint = "MPI_Finalize")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Finalise();
}

using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Mpi.Libraries;

/// <summary>The values by which a library knows its objects.</summary>
/// <remarks>
/// Open MPI's are addresses of symbols that it exports, MPICH's are integers of its mpi.h. All are passed as words: a function that takes a
/// 32-bit integer reads the lower half.
/// </remarks>
/// <param name="World">All processes that the launcher started.</param>
/// <param name="Byte">The type of an element that is copied as it is.</param>
/// <param name="NoStatus">The address that says that no status is wanted.</param>
/// <param name="NoInfo">No hints.</param>
/// <param name="OfMachine">MPI_COMM_TYPE_SHARED, which divides the processes by machine.</param>
internal readonly record struct MpiHandles(nint World, nint Byte, nint NoStatus, nint NoInfo, int OfMachine)
{
    private const string OpenWorld = "ompi_mpi_comm_world";

    /// <summary>Those of a loaded library of that family.</summary>
    public static MpiHandles Of(MpiFamily family, nint library) =>
        family == MpiFamily.OpenMpi
            ? new(Address(library, OpenWorld), Address(library, "ompi_mpi_byte"), 0, Address(library, "ompi_mpi_info_null"), 0)
            : new(0x44000000, 0x4c00010d, 1, 0x1c000000, 1);

    /// <summary>The family of a loaded library, by what it exports; null for another library.</summary>
    public static MpiFamily? FamilyOf(nint library) =>
        NativeLibrary.TryGetExport(library, OpenWorld, out _) ? MpiFamily.OpenMpi
        : NativeLibrary.TryGetExport(library, "MPI_Init_thread", out _) && NativeLibrary.TryGetExport(library, "MPIR_Dup_fn", out _)
            ? MpiFamily.Mpich
        : null;

    private static nint Address(nint library, string symbol) => NativeLibrary.GetExport(library, symbol);
}

using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Interop;

/// <summary>Lets glibc keep the large blocks that a training step or a scored batch frees, for the next one to use.</summary>
/// <remarks>
/// By default, glibc returns blocks of some megabytes to the kernel when they are freed, and every step pays for fetching and zeroing the
/// same pages again. Kept blocks are returned when the training ends, and when a model that scored is disposed. The thresholds hold for the
/// whole process; <see cref="ProcessWideTuning"/> can switch this off.
/// </remarks>
internal static class NativeAllocator
{
    // Numbers of glibc's malloc.h: M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    /// <summary>Sets the thresholds; true where there is such an allocator and it may be changed.</summary>
    public static bool KeepFreedBlocks() => ProcessWideTuning.Try(() => KeepFreedBlocks(mallopt));

    /// <summary>Sets the thresholds by glibc's function, or one that stands for it.</summary>
    internal static bool KeepFreedBlocks(Func<int, int, int> set) =>
        // Before version 2.35, glibc takes at most 32 MiB. Where it takes neither, the others are left alone: they would end its own rule,
        // which raises this threshold to the size of the blocks that are freed.
        (set(MmapThreshold, 1 << 30) == 1 || set(MmapThreshold, 32 << 20) == 1)
        // only the padding keeps the freed memory of threads other than the first; it touches no page itself
        && set(TrimThreshold, int.MaxValue) + set(TopPad, 256 << 20) == 2;

    /// <summary>Returns freed blocks to the kernel; true where some were.</summary>
    public static bool ReturnFreedBlocks() => ProcessWideTuning.Try(() => malloc_trim(0) == 1);

    [DllImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int mallopt(int parameter, int value);

    [DllImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int malloc_trim(nuint pad);
}

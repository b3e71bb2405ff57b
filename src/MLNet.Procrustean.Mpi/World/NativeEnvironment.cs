using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Mpi.World;

/// <summary>Environment variables as native libraries see them; .NET's own do not reach them.</summary>
internal static class NativeEnvironment
{
    /// <summary>
    /// Keeps UCX, which many MPI libraries send by, from taking the signals that .NET's NullReferenceException is made of: with its
    /// handlers, the first one would end the process. A value that the user has set is kept.
    /// </summary>
    public static void LeaveSignalsToDotnet()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = setenv("UCX_ERROR_SIGNALS", "", overwrite: 0);
        }
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setenv(string name, string value, int overwrite);
}

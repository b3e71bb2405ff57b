using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Interop;

/// <summary>Lets libtorch's threads sleep while they wait for each other.</summary>
/// <remarks>
/// As it comes, GNU OpenMP lets them spin, and where another program takes one of the processors, most of each step is spent in spinning.
/// OpenMP reads its environment when it is loaded, so this must be said before; .NET's own environment variables do not reach native code.
/// A policy that the user has set stands.
/// </remarks>
internal static class OpenMpThreads
{
    public const string WaitPolicy = "OMP_WAIT_POLICY";

    public static void WaitPassively()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = setenv(WaitPolicy, "passive", overwrite: 0);
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            // without a C library of that name, threads wait as they did
        }
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setenv(string name, string value, int overwrite);
}

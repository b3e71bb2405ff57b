using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Interop;

/// <summary>Lets libtorch's threads wait for each other a moment awake and then asleep.</summary>
/// <remarks>
/// By default, GNU OpenMP lets them spin for milliseconds, and where another program takes one of the processors, most of each step is
/// spent in spinning. Sleeping at once costs a tenth of the speed of a machine that is free. A few microseconds of spinning lose neither.
/// OpenMP reads its environment when it is loaded, so this must be said before; .NET's own environment variables do not reach native code.
/// A policy that the user has set stands, and <see cref="ProcessWideTuning"/> leaves it alone.
/// </remarks>
internal static class OpenMpThreads
{
    public const string WaitPolicy = "OMP_WAIT_POLICY";
    public const string SpinCount = "GOMP_SPINCOUNT";
    private const string Turns = "5000";

    public static void WaitBriefly()
    {
        if (!OperatingSystem.IsLinux() || !ProcessWideTuning.IsAllowed || Environment.GetEnvironmentVariable(WaitPolicy) is not null)
        {
            return;
        }

        try
        {
            _ = setenv(WaitPolicy, "passive", overwrite: 0);
            _ = setenv(SpinCount, Turns, overwrite: 0);
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

using System.Diagnostics;

namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>The memory that this process occupies, in megabytes of 10^6 bytes.</summary>
internal static class ResidentMemory
{
    public static double Now => Environment.WorkingSet / 1e6;

    /// <summary>The peak since the process began; VmHWM on Linux.</summary>
    public static double Peak
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1e6;
        }
    }
}

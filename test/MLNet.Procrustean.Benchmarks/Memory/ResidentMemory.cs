using System.Diagnostics;

namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>What this process takes of the machine's memory, in megabytes of 10^6 bytes.</summary>
internal static class ResidentMemory
{
    public static double Now => Environment.WorkingSet / 1e6;

    /// <summary>The highest since the process began; on Linux VmHWM.</summary>
    public static double Peak
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1e6;
        }
    }
}

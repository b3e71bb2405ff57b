using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Mpi.World;

/// <summary>The signals that UCX would take, which many MPI libraries send by.</summary>
internal static class UcxSignals
{
    /// <summary>
    /// Keeps UCX from taking the signals that .NET's NullReferenceException is made of: with its handlers, the first one would end the
    /// process. A value that the user has set is kept.
    /// </summary>
    public static void LeaveToDotnet()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = NativeEnvironment.SetUnlessSet("UCX_ERROR_SIGNALS", "");
        }
    }
}

namespace MLNet.Procrustean.Interop;

/// <summary>
/// Whether the library may change settings that hold for the whole process, for speed: how OpenMP's threads wait
/// (<see cref="OpenMpThreads"/>) and when glibc returns freed memory (<see cref="NativeAllocator"/>).
/// </summary>
internal static class ProcessWideTuning
{
    /// <summary>
    /// The name of the switch, true by default: the application sets it in its runtimeconfig.json, or by <see cref="AppContext.SetSwitch"/>
    /// before it first uses a type of this library.
    /// </summary>
    public const string Switch = "MLNet.Procrustean.ProcessWideTuning";

    private static bool IsAllowed => !AppContext.TryGetSwitch(Switch, out var allowed) || allowed;

    /// <summary>
    /// Calls the C library of Linux; false where another system or library has no such function, or where it is not allowed.
    /// </summary>
    public static bool Try(Func<bool> change)
    {
        if (!OperatingSystem.IsLinux() || !IsAllowed)
        {
            return false;
        }

        try
        {
            return change();
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return false; // another C library, such as musl
        }
    }
}

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

    public static bool IsAllowed => !AppContext.TryGetSwitch(Switch, out var allowed) || allowed;
}

using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Mpi.Libraries;

/// <summary>Directs the calls of this assembly to native libraries that are found at run time.</summary>
internal static class LoadedLibraries
{
    private static readonly ConcurrentDictionary<string, nint> Used = [];

    static LoadedLibraries() =>
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => Used.GetValueOrDefault(name));

    /// <summary>From now on a name stands for a loaded library. A process has only one of each.</summary>
    public static void Use(string name, nint address) => Used[name] = address;
}

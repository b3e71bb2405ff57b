using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Interop;

/// <summary>Environment variables as native libraries see them; on Unix, .NET's own do not reach them.</summary>
internal static class NativeEnvironment
{
    /// <summary>Sets a variable, unless it is set already.</summary>
    /// <returns>Whether it is set now.</returns>
    /// <exception cref="DllNotFoundException">The system has no libc of that name, as on Windows.</exception>
    public static bool SetUnlessSet(string name, string value) => setenv(name, value, overwrite: 0) == 0;

    /// <summary>Sets a variable.</summary>
    /// <exception cref="DllNotFoundException">The system has no libc of that name, as on Windows.</exception>
    public static void Set(string name, string value) => _ = setenv(name, value, overwrite: 1);

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setenv(string name, string value, int overwrite);
}

using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean;

/// <summary>Lets TorchSharp load on Linux systems whose C++ library is older than GCC 13.2 (Debian 12, Ubuntu 22.04, RHEL 9).</summary>
/// <remarks>
/// TorchSharp's native library requires the symbol version <c>GLIBCXX_3.4.32</c>, but only for a marker that is never called. When, and
/// only when, normal loading has failed, a private copy of that library with the requirement marked as weak is loaded in its place. Nothing
/// in the application's folder or in the package cache is changed. Where normal loading works, this does nothing. It takes effect as soon
/// as any type of this library has been used; a program that calls TorchSharp before that must call <see cref="Enable"/> first.
/// </remarks>
public static class NativeCompatibility
{
    private const string NativeLibraryName = "LibTorchSharp";
    private const string NewestSymbolVersion = "GLIBCXX_3.4.32";
    private static int enabled;

    private static readonly Lock Loading = new();
    private static IntPtr loaded;
    private static string? problem; // why the changed copy could not be loaded

    /// <summary>Installs the fallback for this process; calling it again changes nothing.</summary>
    [ModuleInitializer]
    [SuppressMessage(
        "Usage",
        "CA2255",
        Justification = "It must be in place before the first call into TorchSharp, whichever of our types comes first."
    )]
    public static void Enable()
    {
        if (OperatingSystem.IsLinux() && Interlocked.Exchange(ref enabled, 1) == 0)
        {
            OpenMpThreads.WaitBriefly();
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        }
    }

    /// <summary>
    /// Why the changed copy cannot be loaded; null where it can, or is not needed. To be asked before TorchSharp is called, which would
    /// then put another half gigabyte of libraries beside the program, in vain.
    /// </summary>
    internal static string? FindProblem()
    {
        if (OperatingSystem.IsLinux() && !SearchDirectories().Any(HasCuda)) // for CUDA, TorchSharp has to load other libraries first
        {
            try
            {
                NativeLibrary.TryLoad(NativeLibraryName, typeof(TorchSharp.torch).Assembly, searchPath: null, out _);
            }
            catch (DllNotFoundException)
            {
                // a library that it needs is missing, which TorchSharp reports
            }
        }

        return problem;
    }

    private static IntPtr Resolve(Assembly assembly, string name)
    {
        var directory = name.Contains(NativeLibraryName, StringComparison.Ordinal) ? SearchDirectories().FirstOrDefault(HasLibrary) : null;
        if (directory is null)
        {
            return IntPtr.Zero;
        }

        lock (Loading)
        {
            return loaded = loaded == IntPtr.Zero ? LoadWeakened(Path.Combine(directory, FileName)) : loaded; // one copy for all who ask
        }
    }

    // As packages name it: a distribution's own runtime has the name of the distribution.
    private static string PackageSystem => $"linux-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant();

    private static string FileName => $"lib{NativeLibraryName}.so";

    private static bool HasLibrary(string directory) => File.Exists(Path.Combine(directory, FileName));

    private static bool HasCuda(string directory) => File.Exists(Path.Combine(directory, "libtorch_cuda.so"));

    private static IEnumerable<string> SearchDirectories()
    {
        var probing = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return probing
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", PackageSystem, "native"));
    }

    internal static IntPtr LoadWeakened(string path)
    {
        var image = File.ReadAllBytes(path);
        if (!ElfSymbolVersions.TryWeaken(image, NewestSymbolVersion))
        {
            return IntPtr.Zero; // the load failed for another reason, which TorchSharp reports
        }

        // The copy is in another folder and so cannot find libtorch by its own search path; a libtorch that is already loaded is found by
        // name.
        var torch = Path.Combine(Path.GetDirectoryName(path)!, "libtorch.so");
        if (File.Exists(torch))
        {
            NativeLibrary.Load(torch);
        }

        try
        {
            return LoadCopy(image);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            problem =
                $"TorchSharp needs a newer C++ library than this system has, and a changed copy of {FileName} cannot be loaded from "
                + $"'{Path.GetTempPath()}' ({cause.Message}). Set TMPDIR to a folder that files may be written to and executed from.";
            return IntPtr.Zero; // TorchSharp then throws its own exception
        }
    }

    private static IntPtr LoadCopy(byte[] image)
    {
        var directory = Directory.CreateTempSubdirectory("procrustean-"); // for the owner alone, with a name nobody can foresee
        try
        {
            var copy = Path.Combine(directory.FullName, FileName);
            File.WriteAllBytes(copy, image);
            return NativeLibrary.Load(copy);
        }
        finally
        {
            Remove(directory);
        }
    }

    private static void Remove(DirectoryInfo directory)
    {
        try
        {
            directory.Delete(recursive: true);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // a network file system keeps a name for a file that is in use
        }
    }
}

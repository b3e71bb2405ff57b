using System.Runtime.InteropServices;
using System.Text;

namespace MLNet.Procrustean.Mpi.Libraries;

/// <summary>A loaded MPI library.</summary>
/// <param name="Address">Of the operating system's loader.</param>
/// <param name="Path">As it was loaded.</param>
/// <param name="Family">Which kind of library it is.</param>
internal sealed record MpiLibrary(nint Address, string Path, MpiFamily Family)
{
    // Of the development packages and of the libraries' own ABI versions; Debian and Ubuntu have both families side by side.
    private static readonly string[] OpenMpiNames = ["libmpi.so.40", "libmpi.so"];
    private static readonly string[] MpichNames = ["libmpi.so.12", "libmpich.so.12", "libmpi.so"];

    /// <summary>The largest text of a version: MPICH's MPI_MAX_LIBRARY_VERSION_STRING, which is larger than Open MPI's.</summary>
    private const int LongestVersion = 8192;

    public MpiHandles Handles => MpiHandles.Of(Family, Address);

    /// <summary>Its first line about itself, and where it lies.</summary>
    public string Description => $"{Version} ({Path})";

    private string Version
    {
        get
        {
            MpiCalls.Use(Address);
            var text = new byte[LongestVersion];
            return MpiCalls.GetLibraryVersion(ref text[0], out var length) == 0
                ? Encoding.UTF8.GetString(text, 0, Math.Clamp(length, 0, text.Length)).Split('\n')[0].Replace('\t', ' ').TrimEnd('\0', ' ')
                : $"{Family}";
        }
    }

    /// <summary>
    /// The library of that path. Without one the first of the usual names that is of the family wanted, if any is; otherwise the first one.
    /// </summary>
    /// <exception cref="DllNotFoundException">There is no such library.</exception>
    /// <exception cref="InvalidOperationException">The path is that of another library.</exception>
    public static MpiLibrary Find(string? path, MpiFamily? wanted)
    {
        if (path is not null)
        {
            return TryOpen(path)
                ?? throw new InvalidOperationException(
                    $"'{path}' is not a library of Open MPI 4 or 5, of MPICH or of one that takes the place of MPICH. {MpiSettings.Advice}"
                );
        }

        var names = Names(wanted).ToArray();
        var other = default(MpiLibrary);
        foreach (var library in names.Where(CanLoad).Select(TryOpen).OfType<MpiLibrary>())
        {
            if (library.Family == (wanted ?? library.Family))
            {
                return library;
            }

            other ??= library;
        }

        return other
            ?? throw new DllNotFoundException(
                $"A launcher started this process, and there is no MPI library (tried: {string.Join(", ", names)}). "
                    + $"Install Open MPI or MPICH, the same as the launcher. {MpiSettings.Advice}"
            );
    }

    private static IEnumerable<string> Names(MpiFamily? wanted) =>
        (wanted == MpiFamily.Mpich ? MpichNames.Concat(OpenMpiNames) : OpenMpiNames.Concat(MpichNames)).Distinct();

    private static bool CanLoad(string name) => NativeLibrary.TryLoad(name, out _);

    private static MpiLibrary? TryOpen(string path) =>
        NativeLibrary.Load(path) is var address && MpiHandles.FamilyOf(address) is { } family ? new(address, path, family) : null;
}

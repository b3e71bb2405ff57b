using System.IO.Compression;

namespace MLNet.Procrustean.Persistence.PyTorch;

/// <summary>The entries of a zip archive, read without trust: no more memory is taken than a multiple of the archive's length.</summary>
internal sealed class ZipEntries : IDisposable
{
    private const int MostEntries = 20_000;
    private const int LargestRatio = 20; // weights hardly compress; a bomb of zeros does, by a thousand
    private const int Allowance = 1 << 20;

    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> entries = [];
    private readonly string folder;

    private ZipEntries(ZipArchive archive, long length, string marker)
    {
        this.archive = archive;
        foreach (var entry in archive.Entries)
        {
            if (entries.Count == MostEntries || !entries.TryAdd(entry.FullName, entry))
            {
                throw Damaged($"it has more than {MostEntries} entries, or two of the name '{entry.FullName}'");
            }
        }

        var found = entries.Keys.FirstOrDefault(name => name == marker || name.EndsWith($"/{marker}", StringComparison.Ordinal));
        folder = found?[..^marker.Length] ?? throw Damaged($"it has no entry '{marker}'");
        TotalLength = entries.Values.Aggregate(0L, (sum, entry) => unchecked(sum + entry.Length));
        if (entries.Values.Any(entry => entry.Length < 0 || entry.Length > Most(length)) || TotalLength > Most(length))
        {
            throw Damaged($"its entries claim {TotalLength} bytes in all, and the file has {length}");
        }
    }

    /// <summary>The bytes of all entries.</summary>
    public long TotalLength { get; }

    /// <exception cref="InvalidDataException">It is not a zip archive, has no such entry, or entries that claim too much.</exception>
    public static ZipEntries Open(Stream stream, string marker)
    {
        var archive = Guarded(() =>
        {
            var opened = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            _ = opened.Entries; // reads the list of them
            return opened;
        });
        return new(archive, stream.Length, marker);
    }

    /// <summary>Whether there is an entry of the name, beside the marker.</summary>
    public bool Find(string name) => entries.ContainsKey(folder + name);

    /// <summary>The bytes of an entry beside the marker.</summary>
    /// <exception cref="InvalidDataException">It is missing, longer than <paramref name="most"/>, or not of its own length.</exception>
    public byte[] Read(string name, long most)
    {
        if (!entries.TryGetValue(folder + name, out var entry) || entry.Length > most)
        {
            throw Damaged($"its entry '{folder}{name}' is missing or has more than {most} bytes");
        }

        return Guarded(() =>
        {
            using var stream = entry.Open();
            var bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            return stream.ReadByte() < 0 ? bytes : null;
        }) ?? throw Damaged($"its entry '{folder}{name}' has more than its {entry.Length} bytes");
    }

    public void Dispose() => archive.Dispose();

    private static long Most(long length) => Allowance + (LargestRatio * length);

    // What .NET's reader of archives throws where it finds them damaged.
    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem)
            when (problem is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or OverflowException
            )
        {
            throw Damaged($"it cannot be read ({problem.Message})", problem);
        }
    }

    private static InvalidDataException Damaged(string what, Exception? problem = null) =>
        new(
            $"The file is damaged or of another kind: as a zip archive of PyTorch's, {what}. Copy it again, or save it again in Python.",
            problem
        );
}

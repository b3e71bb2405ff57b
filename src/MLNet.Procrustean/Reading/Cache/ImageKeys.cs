using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace MLNet.Procrustean.Reading.Cache;

/// <summary>
/// Distinguishes images without decoding them, by a key for each row: a SHA-256 of the bytes or, for a file, of its full path, its size and
/// the time it was last written to. The file itself is not read, so that a change that leaves size and time as they were is not noticed.
/// </summary>
internal static class ImageKeys
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>The keys of all rows, one after the other.</summary>
    /// <exception cref="ArgumentException">The images are in memory, decoded.</exception>
    public static byte[] Read(IDataView data, DataViewSchema.Column column, CancellationToken cancellation)
    {
        if (column.Type is ImageDataViewType)
        {
            throw new ArgumentException(
                $"{nameof(ImageClassifierOptions.CachePath)} is given, and column '{column.Name}' holds MLImage, decoded already: "
                    + "a change cannot be detected, and little would be saved. "
                    + "Give a column of paths or of bytes (LoadRawImageBytes), or no CachePath."
            );
        }

        using var cursor = data.GetRowCursor([column]);
        return column.Type is TextDataViewType ? OfFiles(cursor, column, cancellation) : OfBytes(cursor, column, cancellation);
    }

    // On all processors: on a network disk, asking for size and time takes far longer than hashing them.
    private static byte[] OfFiles(DataViewRowCursor cursor, DataViewSchema.Column column, CancellationToken cancellation)
    {
        var paths = new List<string>();
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        while (cursor.MoveNext())
        {
            getter(ref path);
            paths.Add(path.ToString());
        }

        var keys = new byte[paths.Count * Size];
        Parallel.For(0, paths.Count, new() { CancellationToken = cancellation }, row =>
            SHA256.HashData(Encoding.UTF8.GetBytes(DescribeAny(paths[row])), keys.AsSpan(row * Size, Size))
        );
        return keys;
    }

    private static byte[] OfBytes(DataViewRowCursor cursor, DataViewSchema.Column column, CancellationToken cancellation)
    {
        using var keys = new MemoryStream();
        var getter = cursor.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> bytes = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getter(ref bytes);
            keys.Write(SHA256.HashData(bytes.IsDense ? bytes.GetValues() : bytes.DenseValues().ToArray()));
        }

        return keys.ToArray();
    }

    // A path that cannot be examined is left to the decoder, which names the image.
    private static string DescribeAny(string path)
    {
        try
        {
            return Describe(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"unreadable {path}";
        }
    }

    private static string Describe(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return "no path";
        }

        var file = new FileInfo(path);
        if (file.Exists && file.Attributes.HasFlag(FileAttributes.ReparsePoint)) // a link: its target is what is decoded
        {
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }

        return file.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks} {file.FullName}")
            : $"missing {file.FullName}";
    }
}

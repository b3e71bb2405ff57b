using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace MLNet.Procrustean.Images.Cache;

/// <summary>
/// Tells images apart without decoding them: a key of each row, which is a SHA-256 of the bytes or, of a file, of its full path, its size and the
/// time it was last written to. A file is asked for these and not read, so that one changed behind the back of both passes for the one before.
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
                $"{nameof(ImageClassifierOptions.CachePath)} is given, and column '{column.Name}' holds MLImage, decoded already: there is nothing to tell by whether it "
                + "changed, and little to save. Give a column of paths or of bytes (LoadRawImageBytes), or no CachePath.");
        }

        using var keys = new MemoryStream();
        using var cursor = data.GetRowCursor([column]);
        var key = column.Type is TextDataViewType ? PathReader(cursor, column) : BytesReader(cursor, column);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            keys.Write(key());
        }

        return keys.ToArray();
    }

    private static Func<byte[]> PathReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        return () =>
        {
            getter(ref path);
            return SHA256.HashData(Encoding.UTF8.GetBytes(Describe(path.ToString())));
        };
    }

    private static Func<byte[]> BytesReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> bytes = default;
        return () =>
        {
            getter(ref bytes);
            return SHA256.HashData(bytes.IsDense ? bytes.GetValues() : bytes.DenseValues().ToArray());
        };
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
            ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks} {Path.GetFullPath(path)}")
            : $"missing {Path.GetFullPath(path)}";
    }
}

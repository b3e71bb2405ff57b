using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Decoding;

namespace MLNet.Procrustean.Reading.Cache;

/// <summary>
/// Distinguishes images without decoding them, by a key for each row: a SHA-256 of the bytes or, for a file, of its full path, its size and
/// the time it was last written to. The file itself is not read, so that a change that leaves size and time as they were is not noticed.
/// </summary>
internal static class ImageKeys
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>
    /// The keys of all rows, one after the other, and the classes of these rows, read in the same pass; of a column that can have keys.
    /// </summary>
    /// <exception cref="ArgumentException">A row has no label.</exception>
    public static (byte[] Keys, List<long> Labels) Read(
        IDataView data,
        DataViewSchema.Column image,
        DataViewSchema.Column label,
        CancellationToken cancellation
    )
    {
        using var cursor = ImageColumn.Cursor(data, image, [label]);
        var (keyOf, labelOf) = (Reader(cursor, image), LabelColumn.Reader(cursor, label));
        var (rows, labels) = (new List<Func<byte[]>>(), new List<long>());
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(keyOf());
            labels.Add(labelOf());
        }

        // On all processors: on a network disk, asking for size and time takes far longer than hashing them.
        var keys = new byte[rows.Count * Size];
        Parallel.For(0, rows.Count, new() { CancellationToken = cancellation }, row => rows[row]().CopyTo(keys, row * Size));
        return (keys, labels);
    }

    /// <summary>Whether the images of a column can have keys; those in memory, decoded, cannot.</summary>
    public static bool HasFor(DataViewSchema schema, string column) => schema.GetColumnOrNull(column)?.Type is not ImageDataViewType;

    /// <summary>Refuses a column whose images cannot have keys, where a cache is asked for.</summary>
    /// <exception cref="ArgumentException">They are in memory, decoded.</exception>
    public static void Check(DataViewSchema.Column column)
    {
        if (column.Type is ImageDataViewType)
        {
            throw new ArgumentException(
                $"{nameof(ImageClassifierOptions.CachePath)} is given, and column '{column.Name}' holds MLImage, decoded already: "
                    + "a change cannot be detected, and little would be saved. "
                    + "Give a column of paths or of bytes (LoadRawImageBytes), or no CachePath."
            );
        }
    }

    /// <summary>The key in a cache of an image that exceeds the limit of this application: under another limit it is another one.</summary>
    public static byte[] UnderLimit(ReadOnlySpan<byte> key)
    {
        byte[] both = [.. key, .. BitConverter.GetBytes(ImageDecoder.MaximumPixels)];
        return SHA256.HashData(both);
    }

    /// <summary>Computes the key of an image.</summary>
    /// <param name="source">The path of the file (a string) or its bytes (an array).</param>
    /// <param name="key">Where the key is put, <see cref="Size"/> bytes.</param>
    public static void Compute(object source, Span<byte> key) =>
        (source is string path ? OfFile(path) : OfBytes((byte[])source)).CopyTo(key);

    // Bytes are hashed at once, so that those of one row are in memory at a time.
    private static Func<Func<byte[]>> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        switch (column.Type)
        {
            case TextDataViewType:
                var path = row.GetGetter<ReadOnlyMemory<char>>(column);
                ReadOnlyMemory<char> text = default;
                return () =>
                {
                    path(ref text);
                    var file = text.ToString();
                    return () => OfFile(file);
                };
            default:
                var encoded = row.GetGetter<VBuffer<byte>>(column);
                VBuffer<byte> bytes = default;
                return () =>
                {
                    try
                    {
                        encoded(ref bytes);
                    }
                    catch (Exception problem) when (ImageColumn.IsOfLoading(problem)) // left to the decoder, which names the row
                    {
                        return () => OfFile("");
                    }

                    var key = OfBytes(bytes.IsDense ? bytes.GetValues() : bytes.DenseValues().ToArray());
                    return () => key;
                };
        }
    }

    private static byte[] OfFile(string path) => SHA256.HashData(Encoding.UTF8.GetBytes(DescribeAny(path)));

    private static byte[] OfBytes(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes);

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

using System.Runtime.InteropServices;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Reading.Cache;

/// <summary>The table of an image cache: which images its pixels are, and which rows have no image.</summary>
/// <param name="Shape">The preprocessing that the images went through.</param>
/// <param name="Keys">A key of each row of the data, <see cref="ImageKeys"/>.</param>
/// <param name="Checksums">One of each image's pixels, <see cref="Crc32C"/>.</param>
/// <param name="ChannelSums">
/// [N, 2, channels], <see cref="PixelRows.ChannelSums"/>: a training that starts reads no pixels to measure them.
/// </param>
/// <param name="Skipped">The rows without an image, in order.</param>
internal sealed record ImageCacheTable(
    ImageShape Shape,
    byte[] Keys,
    uint[] Checksums,
    double[] ChannelSums,
    IReadOnlyList<SkippedRow> Skipped
)
{
    /// <summary>About the most that each row adds to the file beside its pixels, in bytes.</summary>
    public const int BytesPerRow = 96;

    /// <summary>Why these are not the images that are asked for; null if they are.</summary>
    public string? Difference(ImageShape shape, byte[] keys)
    {
        if (shape != Shape)
        {
            return $"its images are of {Words(Shape)}, and now {Words(shape)} is asked for";
        }

        if (keys.Length != Keys.Length)
        {
            return $"it is of {Keys.Length / ImageKeys.Size} rows, and the data has {keys.Length / ImageKeys.Size}";
        }

        var same = UnderLimits(keys).AsSpan().CommonPrefixLength(Keys);
        return same == keys.Length
            ? null
            : $"row {same / ImageKeys.Size} (counted from 0) has another image, one that has changed since, "
                + "or one that could not be read then";

        static string Words(ImageShape shape) => $"{shape.Size} × {shape.Size} × {shape.Channels} bytes ({shape.Aspect})";
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Shape.Size);
        writer.Write(Shape.Channels);
        writer.Write((int)Shape.Aspect);
        writer.Write(Keys.Length);
        writer.Write(Keys);
        writer.Write(Checksums.Length);
        writer.Write(MemoryMarshal.AsBytes(Checksums.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(ChannelSums.AsSpan()));
        writer.Write(Skipped.Count);
        foreach (var (row, problem) in Skipped)
        {
            writer.Write(row);
            writer.Write(problem.Origin);
            writer.Write(problem.Problem);
        }

        return bytes.ToArray();
    }

    /// <summary>
    /// Reads what <see cref="ToBytes"/> wrote. A checksum only shows that nothing was damaged: what the table claims is checked before
    /// memory is allocated for it.
    /// </summary>
    /// <exception cref="InvalidDataException">These bytes are not such a table.</exception>
    public static ImageCacheTable FromBytes(byte[] bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            var table = Read(reader);
            var inOrder = table.Skipped.Select(one => one.Row).Prepend(-1).Append(table.Keys.Length / ImageKeys.Size).ToList();
            var largest = (double)byte.MaxValue * byte.MaxValue * table.Shape.Size * table.Shape.Size;
            return
                reader.BaseStream.Position == bytes.Length
                && inOrder.Zip(inOrder.Skip(1)).All(pair => pair.First < pair.Second)
                && table.ChannelSums.All(sum => sum >= 0 && sum <= largest)
                ? table
                : throw Contradiction();
        }
        catch (Exception problem) when (problem is IOException or ArgumentException or FormatException)
        {
            throw new InvalidDataException("its table claims what it does not hold", problem);
        }
    }

    // The keys with those of skipped images as they were written, where the limit that these exceeded is the one of today.
    private byte[] UnderLimits(byte[] keys)
    {
        if (Skipped.Count == 0)
        {
            return keys;
        }

        var known = (byte[])keys.Clone();
        foreach (var (row, _) in Skipped)
        {
            var key = known.AsSpan(row * ImageKeys.Size, ImageKeys.Size);
            var limited = ImageKeys.UnderLimit(key);
            if (Keys.AsSpan(row * ImageKeys.Size, ImageKeys.Size).SequenceEqual(limited))
            {
                limited.CopyTo(key);
            }
        }

        return known;
    }

    private static ImageCacheTable Read(BinaryReader reader)
    {
        var shape = new ImageShape
        {
            Size = reader.ReadInt32(),
            Channels = reader.ReadInt32(),
            Aspect = (AspectRatio)reader.ReadInt32(),
        };
        var keys = Bytes(reader, reader.ReadInt32());
        var images = (long)reader.ReadInt32();
        var checksums = MemoryMarshal.Cast<byte, uint>(Bytes(reader, images * sizeof(uint))).ToArray();
        var sums = MemoryMarshal.Cast<byte, double>(Bytes(reader, images * 2 * shape.Channels * sizeof(double))).ToArray();
        var skipped = (long)reader.ReadInt32();
        if (images == 0 || skipped < 0 || (images + skipped) * ImageKeys.Size != keys.Length)
        {
            throw Contradiction();
        }

        var rows = new SkippedRow[skipped];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = new(reader.ReadInt32(), new ImageException(reader.ReadString(), reader.ReadString()));
        }

        return new(shape, keys, checksums, sums, rows);
    }

    private static InvalidDataException Contradiction() => new("its table contradicts itself");

    private static byte[] Bytes(BinaryReader reader, long count) =>
        count >= 0 && count <= reader.BaseStream.Length - reader.BaseStream.Position
            ? reader.ReadBytes((int)count)
            : throw new EndOfStreamException();
}

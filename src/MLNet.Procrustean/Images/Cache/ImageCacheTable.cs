using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Images.Cache;

/// <summary>What an image cache knows of its pixels: which images they are, and which rows have none.</summary>
/// <param name="Shape">The preprocessing that the images went through.</param>
/// <param name="Keys">A key of each row of the data, <see cref="ImageKeys"/>.</param>
/// <param name="Checksums">One of each image's pixels, <see cref="CachedPixels.Checksum"/>.</param>
/// <param name="ChannelSums">[N, 2, channels], <see cref="PixelRows.ChannelSums"/>: a training that starts reads no pixels to measure them.</param>
/// <param name="Skipped">The rows without an image, in order.</param>
internal sealed record ImageCacheTable(ImageShape Shape, byte[] Keys, uint[] Checksums, double[] ChannelSums, IReadOnlyList<SkippedRow> Skipped)
{
    /// <summary>About the most that each row adds to the file beside its pixels, in bytes.</summary>
    public const int BytesPerRow = 96;

    /// <summary>Why these are not the images asked for; null where they are.</summary>
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

        var same = keys.AsSpan().CommonPrefixLength(Keys);
        return same == keys.Length
            ? null
            : $"row {same / ImageKeys.Size} (counted from 0) has another image, one that has changed since, or one that could not be read then";

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

    public static ImageCacheTable FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var shape = new ImageShape { Size = reader.ReadInt32(), Channels = reader.ReadInt32(), Aspect = (AspectRatio)reader.ReadInt32() };
        var keys = reader.ReadBytes(reader.ReadInt32());
        var images = reader.ReadInt32();
        var checksums = MemoryMarshal.Cast<byte, uint>(reader.ReadBytes(images * sizeof(uint))).ToArray();
        var sums = MemoryMarshal.Cast<byte, double>(reader.ReadBytes(images * 2 * shape.Channels * sizeof(double))).ToArray();
        var skipped = new SkippedRow[reader.ReadInt32()];
        for (var i = 0; i < skipped.Length; i++)
        {
            skipped[i] = new(reader.ReadInt32(), new ImageException(reader.ReadString(), reader.ReadString()));
        }

        return new(shape, keys, checksums, sums, skipped);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Reading.Cache;

/// <summary>The layout of an image cache.</summary>
/// <remarks>
/// 4096 bytes of header, the pixels of one image after the other, and the table (<see cref="ImageCacheTable"/>), with which the file ends.
/// The header, its numbers little-endian: 32 bytes that name the format; int32 version; int64 start and int64 length of the table; a
/// SHA-256 of what is before it and of the table. It is written last, so that an unfinished file has no header.
/// </remarks>
internal static class ImageCacheFile
{
    public const int PixelsStart = 4096;

    // To be raised whenever the layout changes, or what an image is decoded to. 2: EXIF orientation of PNG and of more JPEG and WebP.
    private const int Version = 2;
    private const int Checked = 52; // bytes of the header before its checksum

    private static ReadOnlySpan<byte> Name => "MLNet.Procrustean decoded images"u8;

    /// <summary>Completes a file whose pixels are written, the last one just before the stream's position.</summary>
    public static void Complete(FileStream stream, ImageCacheTable table)
    {
        var bytes = table.ToBytes();
        var header = new byte[PixelsStart];
        Name.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(32), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(36), stream.Position);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(44), bytes.Length);
        Checksum(header, bytes).CopyTo(header, Checked);
        stream.Write(bytes);
        stream.SetLength(stream.Position); // more room may have been reserved than was needed
        stream.Position = 0;
        stream.Write(header);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Reads the table, and no pixels.</summary>
    /// <exception cref="IOException">The file is not an image cache.</exception>
    /// <exception cref="InvalidDataException">It is one, but cut short, damaged or of another version; the message says which.</exception>
    public static ImageCacheTable Read(SafeFileHandle file, string path)
    {
        var (header, read) = ReadHeader(file, path);
        var length = RandomAccess.GetLength(file);
        var version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(32));
        var (start, size) = (
            BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(36)),
            BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(44))
        );
        if (read == PixelsStart && version != Version)
        {
            throw new InvalidDataException($"its format has version {version}, and this library's is {Version}");
        }

        if (start < PixelsStart || start > length || size != length - start || size > Array.MaxLength)
        {
            throw new InvalidDataException($"it is cut short, or its header damaged: it has {length} bytes");
        }

        var table = new byte[size];
        PositionedReads.Fill(file, table, start);
        if (!Checksum(header, table).AsSpan().SequenceEqual(header.AsSpan(Checked, SHA256.HashSizeInBytes)))
        {
            throw new InvalidDataException("its header or its table is damaged");
        }

        var known = ImageCacheTable.FromBytes(table);
        return (long)known.Checksums.Length * known.Shape.Bytes == start - PixelsStart
            ? known
            : throw new InvalidDataException("its table is of other pixels than it holds");
    }

    private static (byte[] Header, int Read) ReadHeader(SafeFileHandle file, string path)
    {
        var header = new byte[PixelsStart];
        var read = PositionedReads.Fill(file, header, 0);
        var named = Math.Min(read, Name.Length);
        return header.AsSpan(0, named).SequenceEqual(Name[..named])
            ? (header, read)
            : throw new IOException(
                $"'{path}' is not an image cache, and is left as it is. "
                    + $"Name another {nameof(ImageClassifierOptions.CachePath)}, or remove the file."
            );
    }

    private static byte[] Checksum(byte[] header, byte[] table)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header, 0, Checked);
        hash.AppendData(table);
        return hash.GetHashAndReset();
    }
}

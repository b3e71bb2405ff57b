using System.Buffers.Binary;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>EXIF data written byte by byte, and images of every container with it.</summary>
internal static class ExifImages
{
    public const ushort Byte = 1;
    public const ushort Short = 3;
    public const ushort Long = 4;
    public const ushort Orientation = 0x0112;
    public const ushort ExifDirectory = 0x8769;

    public static readonly byte[] Prefix = [.. "Exif\0\0"u8];

    /// <summary>A TIFF header and one directory with one entry; the directory ends with the place of the next one, none.</summary>
    public static byte[] Block(
        uint value,
        bool little = false,
        ushort type = Short,
        uint count = 1,
        ushort tag = Orientation,
        uint directory = 8,
        ushort entries = 1
    ) =>
        [
            .. little ? "II"u8 : "MM"u8,
            .. Two(42, little),
            .. Four(directory, little),
            .. Two(entries, little),
            .. Two(tag, little),
            .. Two(type, little),
            .. Four(count, little),
            .. type switch
            {
                Byte => [(byte)value, 0, 0, 0],
                Short => [.. Two((ushort)value, little), 0, 0],
                _ => Four(value, little),
            },
            .. Four(0, little),
        ];

    /// <summary>A first directory that holds nothing but the place of the EXIF directory, which has the orientation.</summary>
    public static byte[] BlockWithExifDirectory(uint value, bool little = false)
    {
        var first = Block(26, little, Long, tag: ExifDirectory);
        return [.. first, .. Block(value, little)[8..]];
    }

    /// <summary>A JPEG with APP1 segments behind its first marker.</summary>
    public static byte[] Jpeg(byte[] jpeg, params byte[][] segments) =>
        [.. jpeg[..2], .. segments.SelectMany(one => (byte[])[0xFF, 0xE1, .. Two((ushort)(one.Length + 2), false), .. one]), .. jpeg[2..]];

    /// <summary>A PNG with the chunk eXIf before the pixels.</summary>
    public static byte[] Png(byte[] png, byte[] block) => HandmadeImages.WithChunk(png, "eXIf"u8, block);

    /// <summary>A PNG with the chunk eXIf after the pixels.</summary>
    public static byte[] PngAtTheEnd(byte[] png, byte[] block) => [.. png[..^12], .. HandmadeImages.Chunk("eXIf"u8, block), .. png[^12..]];

    /// <summary>A WebP of one chunk, put into the extended format with the chunk EXIF at the end.</summary>
    public static byte[] Webp(byte[] webp, int width, int height, byte[] block, byte flags = 8)
    {
        byte[] content =
        [
            .. "WEBPVP8X"u8,
            .. Four(10, true),
            flags,
            0,
            0,
            0,
            .. Four((uint)(width - 1), true)[..3],
            .. Four((uint)(height - 1), true)[..3],
            .. webp[12..],
            .. "EXIF"u8,
            .. Four((uint)block.Length, true),
            .. block,
            .. new byte[block.Length % 2],
        ];
        return [.. "RIFF"u8, .. Four((uint)content.Length, true), .. content];
    }

    private static byte[] Two(ushort value, bool little)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, little ? BinaryPrimitives.ReverseEndianness(value) : value);
        return bytes;
    }

    private static byte[] Four(uint value, bool little)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, little ? BinaryPrimitives.ReverseEndianness(value) : value);
        return bytes;
    }
}

using System.Buffers.Binary;

namespace MLNet.Procrustean.Decoding;

/// <summary>
/// The EXIF data of an image: a TIFF header (byte order, place of the first directory) and directories of 12 bytes an entry.
/// </summary>
/// <param name="tiff">The data from the TIFF header on.</param>
internal readonly ref struct ExifBlock(ReadOnlySpan<byte> tiff)
{
    private const int HeaderBytes = 8;
    private const int EntryBytes = 12;
    private const ushort OrientationTag = 0x0112;
    private const ushort ExifDirectoryTag = 0x8769;

    private readonly ReadOnlySpan<byte> tiff = tiff;
    private readonly bool little = tiff.StartsWith("II"u8);

    /// <summary>The orientation, 1 to 8; 0 where it has no orientation, or damage hides it.</summary>
    /// <param name="block">With or without <c>Exif</c> and two more bytes before the TIFF header.</param>
    public static int Orientation(ReadOnlySpan<byte> block)
    {
        var tiff = block.StartsWith("Exif\0"u8) && block.Length > 6 ? block[6..] : block;
        return tiff.Length >= HeaderBytes && (tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)) ? new ExifBlock(tiff).Orientation() : 0;
    }

    // It belongs into the first directory; some writers put it into the EXIF directory instead, and Skia and ImageMagick find it there.
    private int Orientation()
    {
        var found = Search(Long(4), out var exif);
        return found == 0 && exif > 0 ? Search(exif, out _) : found;
    }

    private int Search(uint directory, out uint exif)
    {
        exif = 0;
        if (directory > tiff.Length - 2)
        {
            return 0;
        }

        var start = (int)directory + 2;
        var entries = Math.Min(Short(start - 2), (tiff.Length - start) / EntryBytes);
        for (var at = start; at < start + entries * EntryBytes; at += EntryBytes)
        {
            var (tag, isOne) = (Short(at), Long(at + 4) == 1);
            if (tag == OrientationTag && isOne && Value(at) is >= 1 and <= 8 and var orientation)
            {
                return (int)orientation;
            }

            exif = tag == ExifDirectoryTag && isOne ? Value(at) : exif;
        }

        return 0;
    }

    // EXIF has SHORT for an orientation. LONG and BYTE are written too, and Pillow (LONG) and ImageMagick (both) read them.
    private uint Value(int entry) =>
        Short(entry + 2) switch
        {
            1 => tiff[entry + 8],
            3 => Short(entry + 8),
            4 => Long(entry + 8),
            _ => 0,
        };

    private ushort Short(int at) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]);

    private uint Long(int at) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[at..]);
}

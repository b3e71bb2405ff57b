using System.Buffers.Binary;

namespace MLNet.Procrustean.Decoding;

/// <summary>
/// Finds the EXIF orientation of a JPEG (APP1 segments before the pixels), a PNG (chunk eXIf before or after them) or a WebP (chunk EXIF,
/// where the header announces it). Only the headers of segments and chunks are read; an image whose EXIF data is damaged is
/// taken as stored.
/// </summary>
/// <remarks>Skia finds it in JPEG and WebP only, of type SHORT only, and in WebP only without <c>Exif\0\0</c> before it.</remarks>
internal static class ExifReader
{
    private const byte App1 = 0xE1;
    private const int ExifFlag = 8; // of the chunk VP8X

    public static ExifOrientation Orientation(ReadOnlySpan<byte> encoded)
    {
        var tag = encoded switch
        {
            [0xFF, 0xD8, ..] => OfJpeg(encoded),
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => OfPng(encoded),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => OfWebp(encoded),
            _ => 0,
        };
        return tag == 0 ? ExifOrientation.AsStored : new(tag);
    }

    private static int OfJpeg(ReadOnlySpan<byte> jpeg)
    {
        var segments = new JpegSegments(jpeg);
        var tag = 0;
        while (tag == 0 && segments.MoveNext() && segments.Kind != JpegScans.Scan)
        {
            // an APP1 segment may hold XMP instead
            tag = segments.Kind == App1 && segments.Content.StartsWith("Exif\0"u8) ? ExifBlock.Orientation(segments.Content) : 0;
        }

        return tag;
    }

    // After eight bytes of signature: length, name, content, checksum.
    private static int OfPng(ReadOnlySpan<byte> png)
    {
        var (position, tag) = (8L, 0);
        while (tag == 0 && position + 12 <= png.Length)
        {
            var chunk = png[(int)position..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            var name = chunk.Slice(4, 4);
            if (length > chunk.Length - 12 || name.SequenceEqual("IEND"u8))
            {
                break;
            }

            tag = name.SequenceEqual("eXIf"u8) ? ExifBlock.Orientation(chunk.Slice(8, (int)length)) : 0;
            position += 12 + length;
        }

        return tag;
    }

    // After RIFF, a length and WEBP: name, length and content, padded to an even length.
    private static int OfWebp(ReadOnlySpan<byte> webp)
    {
        if (webp.Length < 30 || !webp.Slice(12, 4).SequenceEqual("VP8X"u8) || (webp[20] & ExifFlag) == 0)
        {
            return 0;
        }

        var (position, tag) = (12L, 0);
        while (tag == 0 && position + 8 <= webp.Length)
        {
            var chunk = webp[(int)position..];
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (length > chunk.Length - 8)
            {
                break;
            }

            tag = chunk.StartsWith("EXIF"u8) ? ExifBlock.Orientation(chunk.Slice(8, (int)length)) : 0;
            position += 8 + length + (length & 1);
        }

        return tag;
    }
}

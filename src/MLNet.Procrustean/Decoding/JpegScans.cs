using System.Buffers.Binary;

namespace MLNet.Procrustean.Decoding;

/// <summary>
/// Whether a JPEG is decoded row by row as it is read, or all of its coefficients are held until the last of several scans has refined
/// them.
/// </summary>
internal static class JpegScans
{
    private const byte Marker = 0xFF;
    private const byte Scan = 0xDA;

    /// <summary>Whether it has one scan of all channels, as far as its header says; false where that is unknown.</summary>
    /// <param name="jpeg">The file: segments of a marker, a length of two bytes and as much content.</param>
    public static bool IsOne(ReadOnlySpan<byte> jpeg)
    {
        var (position, channels) = (2, 0);
        while (position + 4 < jpeg.Length)
        {
            var kind = jpeg[position + 1];
            if (jpeg[position] != Marker || kind is Marker or 0 or 1 or >= 0xD0 and <= 0xD9)
            {
                position++; // bytes between segments are skipped, as decoders do, and so are markers without content
                continue;
            }

            var content = jpeg[(position + 4)..];
            switch (kind)
            {
                case Scan:
                    return content[0] == channels;
                case 0xC0 or 0xC1 when content.Length > 5: // sequential
                    channels = content[5];
                    break;
                case 0xC2 or 0xC3 or >= 0xC5 and <= 0xC7 or >= 0xC9 and <= 0xCB or >= 0xCD and <= 0xCF: // progressive and others
                    return false;
            }

            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[(position + 2)..]);
        }

        return false;
    }
}

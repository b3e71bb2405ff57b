namespace MLNet.Procrustean.Decoding;

/// <summary>
/// Whether a JPEG is decoded row by row as it is read, or all of its coefficients are held until the last of several scans has refined
/// them.
/// </summary>
internal static class JpegScans
{
    public const byte Scan = 0xDA;

    /// <summary>Whether it has one scan of all channels, as far as its header says; false where that is unknown.</summary>
    public static bool IsOne(ReadOnlySpan<byte> jpeg)
    {
        var segments = new JpegSegments(jpeg);
        var channels = 0;
        while (segments.MoveNext())
        {
            switch (segments.Kind)
            {
                case Scan:
                    return segments.Content is [var scanned, ..] && scanned == channels;
                case 0xC0 or 0xC1 when segments.Content.Length > 5: // sequential
                    channels = segments.Content[5];
                    break;
                case 0xC2 or 0xC3 or >= 0xC5 and <= 0xC7 or >= 0xC9 and <= 0xCB or >= 0xCD and <= 0xCF: // progressive and others
                    return false;
            }
        }

        return false;
    }
}

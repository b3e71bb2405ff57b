namespace MLNet.Procrustean.Decoding;

/// <summary>How the stored rows and columns of an image lie in the upright picture.</summary>
/// <param name="Tag">EXIF tag 0x0112, 1 (stored upright) to 8.</param>
internal readonly record struct ExifOrientation(int Tag)
{
    public static readonly ExifOrientation AsStored = new(1);

    /// <summary>Whether the first stored column ends up last (right or at the bottom).</summary>
    public bool ReversesColumns => Tag is 2 or 3 or 7 or 8;

    /// <summary>Whether the first stored row ends up last (at the bottom or right).</summary>
    public bool ReversesRows => Tag is 3 or 4 or 6 or 7;

    private bool SwapsAxes => Tag >= 5;

    /// <summary>Turns and mirrors a square of pixels, given by their bytes, from stored to upright.</summary>
    public void Upright(ReadOnlySpan<byte> stored, Span<byte> upright, ImageShape shape)
    {
        var (size, channels) = (shape.Size, shape.Channels);
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var (x, y) = (ReversesColumns ? size - 1 - column : column, ReversesRows ? size - 1 - row : row);
                (x, y) = SwapsAxes ? (y, x) : (x, y);
                stored.Slice((row * size + column) * channels, channels).CopyTo(upright[((y * size + x) * channels)..]);
            }
        }
    }
}

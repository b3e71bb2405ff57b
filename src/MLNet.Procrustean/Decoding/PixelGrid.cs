namespace MLNet.Procrustean.Decoding;

/// <summary>Decoded pixels, row by row, each of four bytes in memory order with the colours premultiplied by alpha.</summary>
/// <param name="pixels">Width × height pixels.</param>
/// <param name="width">Pixels per row.</param>
/// <param name="blueFirst">Whether a pixel's bytes are blue, green, red, alpha; otherwise red, green, blue, alpha.</param>
internal readonly ref struct PixelGrid(ReadOnlySpan<uint> pixels, int width, bool blueFirst = false)
{
    private readonly ReadOnlySpan<uint> all = pixels;

    public int Width { get; } = width;

    public bool BlueFirst { get; } = blueFirst;

    public ReadOnlySpan<uint> Row(int row) => all.Slice(row * Width, Width);
}

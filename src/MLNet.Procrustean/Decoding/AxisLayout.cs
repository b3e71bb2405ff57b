namespace MLNet.Procrustean.Decoding;

/// <summary>How one axis of an image is mapped to the square: which of its pixels go where.</summary>
/// <param name="Start">First pixel of the image that is used.</param>
/// <param name="Length">Pixels of the image that are used.</param>
/// <param name="Offset">First pixel of the square that is filled.</param>
/// <param name="Count">Pixels of the square that are filled.</param>
internal readonly record struct AxisLayout(int Start, int Length, int Offset, int Count)
{
    /// <summary>Whether each pixel of the image that is used becomes one of the square.</summary>
    public bool IsUnchanged => Length == Count;

    /// <summary>Lays out one axis of an image.</summary>
    /// <param name="length">Pixels along the axis.</param>
    /// <param name="across">Pixels along the other axis.</param>
    /// <param name="shape">The square.</param>
    /// <param name="reversed">Whether the axis runs backwards in the upright picture, where an odd pixel goes to the end.</param>
    public static AxisLayout For(int length, int across, ImageShape shape, bool reversed)
    {
        var odd = reversed ? 1 : 0;
        switch (shape.Aspect)
        {
            case AspectRatio.CenterCrop:
                var side = Math.Min(length, across);
                return new AxisLayout((length - side + odd) / 2, side, 0, shape.Size);
            case AspectRatio.Pad:
                var exact = (double)shape.Size * length / Math.Max(length, across);
                var count = Math.Max(1, (int)Math.Round(exact, MidpointRounding.AwayFromZero));
                return new AxisLayout(0, length, (shape.Size - count + odd) / 2, count);
            default:
                return new AxisLayout(0, length, 0, shape.Size);
        }
    }
}

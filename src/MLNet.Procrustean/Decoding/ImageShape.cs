namespace MLNet.Procrustean;

/// <summary>The square of pixels that every image is converted to before it goes through the network.</summary>
public sealed record ImageShape
{
    private const int SmallestSize = 8;
    private const int LargestSize = 1024;

    /// <summary>Pixels per side, 8 to 1024.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside 8 to 1024.</exception>
    public required int Size
    {
        get;
        init =>
            field = value is >= SmallestSize and <= LargestSize
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(Size),
                    value,
                    $"The image size is {value} pixels per side; it must be between {SmallestSize} and {LargestSize}."
                );
    }

    /// <summary>Bytes per pixel: 3 for red, green and blue (the default), 1 for grey by the luma of Rec. 601.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is neither 1 nor 3.</exception>
    public int Channels
    {
        get;
        init =>
            field = value is 1 or 3
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(Channels),
                    value,
                    $"The number of channels is {value}; it must be 1 (grey) or 3 (red, green and blue)."
                );
    } = 3;

    /// <summary>How an image that is not square becomes square; <see cref="AspectRatio.Squash"/> by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the named ones.</exception>
    public AspectRatio Aspect
    {
        get;
        init =>
            field = Enum.IsDefined(value)
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(Aspect),
                    value,
                    $"The aspect ratio is {value}; it must be one of {string.Join(", ", Enum.GetNames<AspectRatio>())}."
                );
    }

    /// <summary>Bytes that one image takes in memory: Size × Size × Channels.</summary>
    public int Bytes => Size * Size * Channels;
}

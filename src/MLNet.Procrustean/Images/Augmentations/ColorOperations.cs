using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>
/// Changes of the colours of an image [S, S, channels], in place. A factor f blends it with another image, v ← o + f · (v − o): 0 gives the
/// other one, 1 changes nothing, more exaggerates.
/// </summary>
/// <remarks>The luma of a pixel is 0.299 · red + 0.587 · green + 0.114 · blue, or the value of a grey one.</remarks>
internal static class ColorOperations
{
    /// <summary>The other image is black.</summary>
    public static void Brightness(Span<byte> image, double factor) => ByteTables.Map(image, value => factor * value);

    /// <summary>The other image has the mean luma everywhere.</summary>
    public static void Contrast(Span<byte> image, int channels, double factor)
    {
        var mean = MeanLuma(image, channels);
        ByteTables.Map(image, value => mean + (factor * (value - mean)));
    }

    /// <summary>The other image has the luma of each pixel. A grey image is not changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Saturation(Span<byte> image, int channels, double factor)
    {
        var f = (float)factor;
        for (var i = 0; channels == 3 && i < image.Length - 2; i += 3)
        {
            var (red, green, blue) = (image[i], image[i + 1], image[i + 2]);
            var luma = (0.299f * red) + (0.587f * green) + (0.114f * blue);
            image[i] = Nearest(luma + (f * (red - luma)));
            image[i + 1] = Nearest(luma + (f * (green - luma)));
            image[i + 2] = Nearest(luma + (f * (blue - luma)));
        }
    }

    /// <summary>
    /// The other image is smoothed: a pixel has the weight 5/13 and each of its eight neighbours 1/13; those at the border are not changed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sharpness(Span<byte> image, int size, int channels, double factor)
    {
        var f = (float)factor;
        var pitch = size * channels;
        ReadOnlySpan<byte> source = image.ToArray();
        for (var row = 1; row < size - 1; row++)
        {
            var (above, at, below) = ((row - 1) * pitch, row * pitch, (row + 1) * pitch);
            for (var x = channels; x < pitch - channels; x++)
            {
                var sum = (4 * source[at + x]) + Three(source, above + x) + Three(source, at + x) + Three(source, below + x);
                var smooth = sum / 13f;
                image[at + x] = Nearest(smooth + (f * (source[at + x] - smooth)));
            }
        }

        int Three(ReadOnlySpan<byte> from, int place) => from[place - channels] + from[place] + from[place + channels];
    }

    private static double MeanLuma(ReadOnlySpan<byte> image, int channels)
    {
        var pixels = image.Length / channels;
        double Mean(ReadOnlySpan<byte> of, int channel) =>
            ByteTables.Histogram(of, channel, channels).Select((count, value) => (double)count * value).Sum() / pixels;
        return channels == 1 ? Mean(image, 0) : (0.299 * Mean(image, 0)) + (0.587 * Mean(image, 1)) + (0.114 * Mean(image, 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Nearest(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}

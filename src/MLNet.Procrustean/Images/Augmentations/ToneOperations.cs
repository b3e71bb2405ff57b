namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>Changes of the values of an image [S, S, channels], in place, that blend it with no other one.</summary>
internal static class ToneOperations
{
    /// <summary>Keeps the highest bits of each value, and clears the others.</summary>
    public static void Posterize(Span<byte> image, int bits) => ByteTables.Map(image, value => value >> (8 - bits) << (8 - bits));

    /// <summary>Inverts the values that are not below a threshold.</summary>
    public static void Solarize(Span<byte> image, double threshold) =>
        ByteTables.Map(image, value => value < threshold ? value : 255 - value);

    /// <summary>Stretches the values of each channel to 0 to 255; a channel with one value is not changed.</summary>
    public static void AutoContrast(Span<byte> image, int channels)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var counts = ByteTables.Histogram(image, channel, channels);
            var darkest = Array.FindIndex(counts, count => count > 0);
            var brightest = Array.FindLastIndex(counts, count => count > 0);
            if (darkest < brightest)
            {
                ByteTables.Map(image, channel, channels, value => 255.0 * (value - darkest) / (brightest - darkest));
            }
        }
    }

    /// <summary>
    /// Spreads the values of each channel so that equally many pixels have each: v becomes the number of pixels below v, plus half a step,
    /// in whole steps, where a step is 1/255 of the pixels that do not have the largest value, in whole pixels.
    /// </summary>
    public static void Equalize(Span<byte> image, int channels)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var counts = ByteTables.Histogram(image, channel, channels);
            var step = (image.Length / channels - counts[Array.FindLastIndex(counts, count => count > 0)]) / 255;
            if (step == 0)
            {
                continue; // too few pixels, or too few of them differ
            }

            var below = new int[256];
            for (var value = 1; value < 256; value++)
            {
                below[value] = below[value - 1] + counts[value - 1];
            }

            ByteTables.Map(image, channel, channels, value => (below[value] + (step / 2)) / step);
        }
    }
}

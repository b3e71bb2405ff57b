namespace MLNet.Procrustean.Decoding;

/// <summary>The sums that the mean and the standard deviation of each channel are computed from.</summary>
internal static class ChannelSums
{
    /// <summary>Writes the sum of each channel's values, then of each channel's squares.</summary>
    /// <param name="pixels">One image, the channels of a pixel together.</param>
    /// <param name="sums">[2, channels].</param>
    public static void Of(ReadOnlySpan<byte> pixels, Span<double> sums)
    {
        var channels = sums.Length / 2;
        for (var channel = 0; channel < channels; channel++)
        {
            var (sum, squares) = (0L, 0L);
            for (var i = channel; i < pixels.Length; i += channels)
            {
                sum += pixels[i];
                squares += pixels[i] * pixels[i];
            }

            (sums[channel], sums[channels + channel]) = (sum, squares);
        }
    }
}

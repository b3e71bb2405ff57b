using static TorchSharp.torch;

namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>Hides a random window of some images.</summary>
/// <remarks>
/// Zhong et al., <see href="https://arxiv.org/abs/1708.04896">arXiv 1708.04896</see>: area and logarithm of the aspect ratio uniform. The
/// window is filled with the mean colour of the image itself; the paper fills it with random values or the mean of all images.
/// </remarks>
internal static class RandomErasing
{
    public const double MinArea = 0.02;
    public const double MaxArea = 1 / 3.0;
    public const double MaxAspect = 10 / 3.0;

    /// <summary>Draws the window of each of n images; null for those that are not chosen.</summary>
    public static ImageWindow?[] Draw(int n, int size, double probability, Generator random)
    {
        using var drawn = rand(5, n, ScalarType.Float64, generator: random);
        var u = drawn.data<double>().ToArray();
        return [.. Enumerable.Range(0, n).Select(image => u[image] < probability ? Window(image) : (ImageWindow?)null)];

        ImageWindow Window(int image) =>
            ImageWindow.Of(
                size,
                MinArea + ((MaxArea - MinArea) * u[n + image]),
                MaxAspect,
                forAspect: u[(2 * n) + image],
                forTop: u[(3 * n) + image],
                forLeft: u[(4 * n) + image]
            );
    }

    /// <summary>Fills a window of an image [S, S, channels] with the mean of each channel over the image.</summary>
    public static void Apply(Span<byte> image, int size, int channels, ImageWindow window)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var sum = ByteTables.Histogram(image, channel, channels).Select((count, value) => (long)count * value).Sum();
            var mean = ByteTables.Nearest((double)sum / (size * size));
            for (var row = window.Top; row < window.Top + window.Height; row++)
            {
                for (var column = window.Left; column < window.Left + window.Width; column++)
                {
                    image[(((row * size) + column) * channels) + channel] = mean;
                }
            }
        }
    }
}

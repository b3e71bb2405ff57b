using MLNet.Procrustean.Images.Augmentations;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Takes a random window of each image, of random area and aspect ratio, and resizes it to a square.</summary>
/// <remarks>
/// As in the training of GoogLeNet (<see href="https://arxiv.org/abs/1409.4842">arXiv 1409.4842</see>): area uniform in [MinArea, 1] of the
/// image, logarithm of the aspect ratio uniform, place uniform. Where a window of this area would not fit with each ratio, the ratio is
/// drawn among those with which it fits; others draw area and ratio again, and so take fewer large windows.
/// </remarks>
public sealed record RandomResizedCrop
{
    /// <summary>The smallest share of an image's area that a window has, above 0, to 1. The default is 0.35.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of range.</exception>
    public double MinArea
    {
        get;
        init => field = Require.Positive(Require.Between(value, 0, 1, nameof(MinArea)), nameof(MinArea));
    } = 0.35;

    /// <summary>
    /// The largest ratio of a window's longer side to its shorter one, from 1 (only squares) to 10. The default is 4/3.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is out of range.</exception>
    public double MaxAspect
    {
        get;
        init => field = Require.Between(value, 1, 10, nameof(MaxAspect));
    } = 4 / 3.0;

    /// <summary>
    /// The side of the square to which a window is resized, in pixels, from 16 to 1024 and within what the backbone takes. Null, the
    /// default, for the images' own size.
    /// </summary>
    /// <remarks>
    /// A smaller size trains faster. Scoring and validation use the images as they are; since windows show things enlarged, a network
    /// that was trained on somewhat smaller images even suits them better (<see href="https://arxiv.org/abs/1906.06423">arXiv
    /// 1906.06423</see>).
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range.</exception>
    public int? Size
    {
        get;
        init => field = value is { } given ? Require.Between(given, 16, 1024, nameof(Size)) : null;
    }

    /// <summary>Draws a window for each of n images of a size.</summary>
    internal ImageWindow[] Draw(int n, int size, Generator random)
    {
        using var drawn = rand(4, n, ScalarType.Float64, generator: random);
        var u = drawn.data<double>().ToArray();
        return
        [
            .. Enumerable
                .Range(0, n)
                .Select(image =>
                    ImageWindow.Of(
                        size,
                        MinArea + ((1 - MinArea) * u[image]),
                        MaxAspect,
                        forAspect: u[n + image],
                        forTop: u[(2 * n) + image],
                        forLeft: u[(3 * n) + image]
                    )
                ),
        ];
    }

    /// <summary>Resizes a window of each image of a batch, uint8 [B, S, S, channels] on the CPU, and mirrors those to be flipped.</summary>
    internal Tensor Apply(Tensor pixels, ImageWindow[] windows, bool[] flips)
    {
        var (size, channels) = ((int)pixels.shape[1], (int)pixels.shape[3]);
        var side = Size ?? size;
        var resized = empty(windows.Length, side, side, channels, uint8);
        var source = pixels.bytes;
        var target = resized.bytes;
        var (image, square) = (size * size * channels, side * side * channels);
        for (var i = 0; i < windows.Length; i++)
        {
            WindowResampler.Resample(
                source.Slice(i * image, image),
                size,
                channels,
                windows[i],
                flips[i],
                side,
                target.Slice(i * square, square)
            );
        }

        return resized;
    }
}

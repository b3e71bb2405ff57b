using MLNet.Procrustean.Images.Augmentations;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Changes the brightness, the contrast and the saturation of each image by random factors, in random order.</summary>
/// <remarks>
/// A strength s draws a factor f uniformly from [1 − s, 1 + s] for each image; each value v becomes o + f · (v − o), rounded and within 0
/// to 255. For the brightness o is 0, for the contrast the mean luma of the image, for the saturation the luma of the pixel, 0.299 · red +
/// 0.587 · green + 0.114 · blue. The saturation of grey images is not changed.
/// </remarks>
public sealed record ColorJitter
{
    /// <summary>The strength of changes in brightness, from 0 (off, the default) to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The strength is out of range; this holds for all three.</exception>
    public double Brightness
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Brightness));
    }

    /// <summary>The strength of changes in contrast, from 0 (off, the default) to 1.</summary>
    public double Contrast
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Contrast));
    }

    /// <summary>The strength of changes in saturation, from 0 (off, the default) to 1.</summary>
    public double Saturation
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Saturation));
    }

    /// <summary>Draws the factors of each of n images.</summary>
    internal ColorFactors[] Draw(int n, Generator random)
    {
        using var drawn = rand(4, n, ScalarType.Float64, generator: random);
        var u = drawn.data<double>().ToArray();
        return
        [
            .. Enumerable
                .Range(0, n)
                .Select(image => new ColorFactors(
                    Factor(Brightness, u[image]),
                    Factor(Contrast, u[n + image]),
                    Factor(Saturation, u[(2 * n) + image]),
                    (int)(u[(3 * n) + image] * ColorFactors.Orders)
                )),
        ];
    }

    private static double Factor(double strength, double u) => 1 + (strength * ((2 * u) - 1));
}

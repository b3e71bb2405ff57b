using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>
/// Where the pixels of a changed image come from: the place (x, y) shows what was at (A · x + B · y + C, D · x + E · y + F), in pixels from
/// the upper left corner.
/// </summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    public static AffineMap TranslationX(double pixels) => new(1, 0, pixels, 0, 1, 0);

    public static AffineMap TranslationY(double pixels) => new(1, 0, 0, 0, 1, pixels);

    /// <summary>Shifts each row by its height below the upper border times the strength.</summary>
    public static AffineMap ShearX(double strength) => new(1, strength, 0, 0, 1, 0);

    /// <summary>Shifts each column by its distance from the left border times the strength.</summary>
    public static AffineMap ShearY(double strength) => new(1, 0, 0, strength, 1, 0);

    /// <summary>Turns an image around its center, counter-clockwise.</summary>
    public static AffineMap Rotation(double degrees, int size)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var center = size / 2.0;
        return new(cos, -sin, center - (cos * center) + (sin * center), sin, cos, center - (sin * center) - (cos * center));
    }

    /// <summary>Changes an image [S, S, channels] in place: a pixel takes the nearest one; black where nothing was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(Span<byte> image, int size, int channels)
    {
        ReadOnlySpan<byte> source = image.ToArray();
        image.Clear();
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var (x, y) = (column + 0.5, row + 0.5);
                var (fromX, fromY) = ((A * x) + (B * y) + C, (D * x) + (E * y) + F);
                if (fromX < 0 || fromY < 0 || fromX >= size || fromY >= size)
                {
                    continue;
                }

                var from = (((int)fromY * size) + (int)fromX) * channels;
                var to = ((row * size) + column) * channels;
                for (var channel = 0; channel < channels; channel++)
                {
                    image[to + channel] = source[from + channel];
                }
            }
        }
    }
}

namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>A rectangle of whole pixels within an image.</summary>
internal readonly record struct ImageWindow(int Top, int Left, int Height, int Width)
{
    /// <summary>The window of an image that three numbers, uniform in [0, 1), stand for.</summary>
    /// <param name="size">The side of the image in pixels.</param>
    /// <param name="area">The share of the image's area.</param>
    /// <param name="maxAspect">The largest ratio of its sides; a ratio with which it does not fit is not taken.</param>
    /// <param name="forAspect">The ratio, uniform in its logarithm.</param>
    /// <param name="forTop">The place from top to bottom.</param>
    /// <param name="forLeft">The place from left to right.</param>
    public static ImageWindow Of(int size, double area, double maxAspect, double forAspect, double forTop, double forLeft)
    {
        var aspect = Math.Pow(Math.Min(maxAspect, 1 / area), (2 * forAspect) - 1); // width by height
        var width = Side(Math.Sqrt(area * aspect));
        var height = Side(Math.Sqrt(area / aspect));
        return new((int)(forTop * (size - height + 1)), (int)(forLeft * (size - width + 1)), height, width);

        int Side(double share) => Math.Clamp((int)((share * size) + 0.5), 1, size);
    }
}

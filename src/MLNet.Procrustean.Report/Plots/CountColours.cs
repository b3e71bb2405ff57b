using OxyPlot;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>A colour for each class by its number of training images: dark for many, light for few, so that the order survives a grey print.</summary>
internal static class CountColours
{
    private static readonly OxyColor _many = OxyColor.FromRgb(13, 45, 108);
    private static readonly OxyColor _middle = OxyColor.FromRgb(158, 74, 120);
    private static readonly OxyColor _few = OxyColor.FromRgb(230, 159, 0);

    public static OxyColor Many => _many;

    public static OxyColor Few => _few;

    /// <summary>The colour by the logarithm of the count, from the smallest to the largest of all.</summary>
    public static OxyColor Of(long count, IReadOnlyList<long> counts)
    {
        var (smallest, largest) = ((double)counts.Min(), (double)counts.Max());
        var position = largest > smallest ? Math.Log(count / smallest) / Math.Log(largest / smallest) : 1;
        return position < 0.5
            ? OxyColor.Interpolate(_few, _middle, 2 * position)
            : OxyColor.Interpolate(_middle, _many, (2 * position) - 1);
    }
}

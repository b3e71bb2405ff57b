using OxyPlot;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>
/// A colour for each class by its number of training images: dark for many, light for few, so that the order can also be seen in a grey
/// print.
/// </summary>
internal static class CountColours
{
    private static readonly OxyColor Middle = OxyColor.FromRgb(158, 74, 120);

    public static OxyColor Many { get; } = OxyColor.FromRgb(13, 45, 108);

    public static OxyColor Few { get; } = OxyColor.FromRgb(230, 159, 0);

    /// <summary>The colour by the logarithm of the count, from the smallest to the largest of all.</summary>
    public static OxyColor Of(long count, IReadOnlyList<long> counts)
    {
        var (smallest, largest) = ((double)counts.Min(), (double)counts.Max());
        var position = largest > smallest ? Math.Log(count / smallest) / Math.Log(largest / smallest) : 1;
        return position < 0.5 ? OxyColor.Interpolate(Few, Middle, 2 * position) : OxyColor.Interpolate(Middle, Many, (2 * position) - 1);
    }
}

namespace MLNet.Procrustean.Report.Plots;

/// <summary>
/// A line over many epochs, thinned to at most 40 points: at a high learning rate values jump from epoch to epoch, and lines of 200 epochs
/// cover each other.
/// </summary>
internal static class EpochMedians
{
    private const int MostPoints = 40;

    /// <summary>
    /// The medians of as many consecutive points as it takes, each at their mean epoch; those that are not finite do not count, and a
    /// median of none is NaN.
    /// </summary>
    public static IReadOnlyList<(double Epoch, double Value)> Of(IReadOnlyList<(int Epoch, double Value)> points) =>
        [
            .. points
                .Chunk(Together(points.Count))
                .Select(some =>
                    (some.Average(point => point.Epoch), Median([.. some.Select(point => point.Value).Where(double.IsFinite).Order()]))
                ),
        ];

    /// <summary>The sentence that says so in a caption, after a space; empty where lines have all their points.</summary>
    public static string Note(int points) =>
        points <= MostPoints ? "" : $" Each point is the median of {Together(points)} consecutive measurements.";

    private static int Together(int points) => Math.Max(1, (points + MostPoints - 1) / MostPoints);

    // A value alone is its own median, however large.
    private static double Median(IReadOnlyList<double> sorted)
    {
        if (sorted.Count == 0)
        {
            return double.NaN;
        }

        var (lower, upper) = (sorted[(sorted.Count - 1) / 2], sorted[sorted.Count / 2]);
        return lower + ((upper - lower) / 2);
    }
}

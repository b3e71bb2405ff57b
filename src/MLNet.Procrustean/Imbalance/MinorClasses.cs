using System.Collections.Immutable;

namespace MLNet.Procrustean;

/// <summary>Divides classes into major and minor ones by their counts.</summary>
public static class MinorClasses
{
    /// <summary>
    /// Whether each class is minor: n_c² ≤ n_max · n_min (n_c is at most their geometric mean), and the counts are not all equal.
    /// </summary>
    /// <remarks>
    /// With step imbalance these are the rare half; with long-tailed counts the rarer half of the classes. Equal counts have no minor
    /// class.
    /// </remarks>
    /// <param name="classes">n_c.</param>
    /// <returns>One value for each class.</returns>
    public static ImmutableArray<bool> Of(ClassCounts classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return [.. classes.Counts.Select(n => !classes.IsBalanced && (double)n * n <= (double)classes.Largest * classes.Smallest)];
    }
}

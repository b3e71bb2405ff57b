using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>
/// The number of batches that a batch normalisation has its statistics from: few files have it, and nothing depends on it.
/// </summary>
internal static class Counters
{
    private const string Variance = ".running_var";
    private const string Counter = ".num_batches_tracked";

    /// <summary>The arrays, with a counter of 0 for each normalisation that has none.</summary>
    public static List<NamedArray> Added(List<NamedArray> arrays)
    {
        var names = arrays.Select(array => array.Name).ToHashSet();
        var missing = names
            .Where(name => name.EndsWith(Variance, StringComparison.Ordinal))
            .Select(name => name[..^Variance.Length] + Counter)
            .Where(name => !names.Contains(name));
        return [.. arrays, .. missing.Select(name => new NamedArray(name, "I64", [], new byte[sizeof(long)]))];
    }
}

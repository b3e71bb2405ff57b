using Microsoft.ML;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Data that gives its rows in another order each time it is read, as a LINQ query does that sorts by random numbers.</summary>
internal static class ReshuffledRows
{
    /// <summary>Rows that are shuffled whenever they are enumerated.</summary>
    public static IEnumerable<T> Of<T>(IReadOnlyList<T> rows, int seed = 5)
    {
        var random = new Random(seed);
        return rows.OrderBy(_ => random.Next());
    }

    /// <summary>A view of the shared images that does so, with the label as text.</summary>
    public static IDataView OfImages(TinyModel tiny) =>
        tiny.Context.Data.LoadFromEnumerable(Of([.. tiny.Context.Data.CreateEnumerable<LabelledImageFile>(tiny.Images, false)]));
}

using Microsoft.ML;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>Draws the rows to calibrate on: as many of each class as there are, up to a number that they share.</summary>
internal static class ChosenRows
{
    /// <param name="data">The rows; labels alone are read, except that a cache of ML.NET then reads all of its columns.</param>
    /// <param name="label">Their class; null where they have none, and count as one class.</param>
    /// <param name="most">The most rows to choose; at least one of each class is.</param>
    /// <param name="seed">Of the draw.</param>
    /// <returns>For each row, whether it is chosen.</returns>
    public static bool[] Of(IDataView data, DataViewSchema.Column? label, int most, int seed)
    {
        var labels = new List<string>();
        using (var cursor = CachedColumns.LabelCursor(data, label is { } one ? [one] : []))
        {
            var text = label is { } of ? LabelText.ReaderOrNull(cursor, of) : () => null;
            while (cursor.MoveNext())
            {
                labels.Add(text() ?? "");
            }
        }

        var each = Each([.. labels.CountBy(name => name).Select(pair => pair.Value)], most);
        return RandomRows.Choose(labels, (_, count) => Math.Min(count, each), seed);
    }

    /// <summary>The largest number, from 1, of rows of each class that makes no more than so many altogether.</summary>
    public static int Each(int[] counts, int most)
    {
        var each = 1;
        while (each < counts.DefaultIfEmpty().Max() && counts.Sum(count => Math.Min(count, each + 1)) <= most)
        {
            each++;
        }

        return each;
    }
}

using System.Collections.Immutable;
using Microsoft.ML;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>A few images of each class of a data view; only those are read and decoded.</summary>
internal sealed class ImageSample
{
    private readonly IDataView chosen;
    private readonly List<long> labels;

    private ImageSample(IDataView chosen, List<long> labels) => (this.chosen, this.labels) = (chosen, labels);

    /// <summary>Reads the labels, and draws the images by the seed.</summary>
    /// <exception cref="ArgumentException">
    /// The label column is missing, or a row has no label or one that is not one of the classes.
    /// </exception>
    /// <exception cref="ImageException">An image could not be loaded into a cache of ML.NET.</exception>
    public static ImageSample Draw(IDataView data, string labelColumnName, ImmutableArray<string> classes, int perClass, int seed)
    {
        var column = LabelText.Find(data.Schema, labelColumnName);
        var all = ReadLabels(data, column, classes);
        using var random = RandomStream.Diagnostics.Generator(seed, epoch: 0);
        var rows = ClassSample.Draw(all, perClass, random);
        var mask = new bool[all.Count];
        Array.ForEach(rows, row => mask[row] = true);
        var order = new RowLabels(column, classes, [.. all.Select(label => (int)label)]);
        return new(new SelectedRows(data, order, mask), [.. rows.Select(row => all[(int)row])]);
    }

    /// <summary>The number of images drawn.</summary>
    public int Count => labels.Count;

    public bool IsEmpty => labels.Count == 0;

    public bool Has(int label) => labels.Contains(label);

    /// <summary>Decodes the images part by part, without those that are skipped; each part is the caller's to dispose.</summary>
    /// <exception cref="ArgumentException">The image column is missing or holds no images.</exception>
    /// <exception cref="ImageException">An image cannot be read, and is not to be skipped.</exception>
    /// <exception cref="InvalidOperationException">The data has other rows than before, or gives them in another order.</exception>
    public IEnumerable<LabelledImages> Parts(string imageColumnName, ImageShape shape, UnreadImages unread)
    {
        var column = ImageColumn.Find(chosen.Schema, imageColumnName);
        using var cursor = ImageColumn.Cursor(chosen, column, []);
        var image = ImageColumn.Reader(cursor, column, shape);
        foreach (var range in Inference.Parts(labels.Count, shape))
        {
            var part = labels[range];
            var (pixels, skipped) = unread.Decode([.. part.Select(_ => Next())], shape);
            if (pixels.Length > 0)
            {
                yield return new(
                    tensor(pixels, [part.Count - skipped.Count, shape.Size, shape.Size, shape.Channels]),
                    tensor(part.Where((_, place) => !skipped.Contains(place)).ToArray())
                );
            }
        }

        Action<Memory<byte>> Next()
        {
            cursor.MoveNext(); // which throws where the data has fewer rows than before, or gives them in another order
            return image();
        }
    }

    private static List<long> ReadLabels(IDataView data, DataViewSchema.Column column, ImmutableArray<string> classes)
    {
        var labels = new List<long>();
        using var cursor = CachedColumns.LabelCursor(data, column);
        var label = LabelText.ClassReader(cursor, column, classes);
        while (cursor.MoveNext())
        {
            labels.Add(label());
        }

        return labels;
    }
}

using Microsoft.ML;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>Decoded images with their labels.</summary>
/// <param name="Pixels">One image after the other.</param>
/// <param name="Labels">Of each image; null where it has none.</param>
internal sealed record ImageBatch(byte[] Pixels, string?[] Labels);

/// <summary>Reads the rows of a data view in batches of decoded images.</summary>
/// <param name="image">The name of the image column.</param>
/// <param name="shape">Of the decoded images.</param>
/// <param name="bad">What is done with images that cannot be read.</param>
internal sealed class ImageBatches(string image, ImageShape shape, BadImages bad)
{
    private const int AtOnce = 32;

    /// <exception cref="ArgumentException">The image column is missing or holds no images.</exception>
    /// <exception cref="ImageException">An image cannot be read, and is not to be skipped.</exception>
    public IEnumerable<ImageBatch> Read(IDataView data, DataViewSchema.Column? label, bool[]? chosen = null)
    {
        var unread = new UnreadImages(environment: null) { Handling = bad };
        var column = ImageColumn.Find(data.Schema, image);
        using var cursor = ImageColumn.Cursor(data, column, label is { } one ? [one] : []);
        var next = ImageColumn.Reader(cursor, column, shape);
        var text = label is { } of ? LabelText.ReaderOrNull(cursor, of) : () => null;
        var (images, labels) = (new List<Action<Memory<byte>>>(), new List<string?>());
        while (cursor.MoveNext())
        {
            if (chosen is not null && (cursor.Position >= chosen.Length || !chosen[cursor.Position]))
            {
                continue; // not decoded
            }

            images.Add(next());
            labels.Add(text());
            if (images.Count == AtOnce)
            {
                yield return Decoded();
            }
        }

        if (images.Count > 0)
        {
            yield return Decoded();
        }

        ImageBatch Decoded()
        {
            var (pixels, skipped) = unread.Decode(images, shape);
            var batch = new ImageBatch(pixels, [.. labels.Where((_, place) => !skipped.Contains(place))]);
            images.Clear();
            labels.Clear();
            return batch;
        }
    }
}

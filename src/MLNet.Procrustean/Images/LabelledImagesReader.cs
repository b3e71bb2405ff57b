using Microsoft.ML;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Reads labels and images from a data view and decodes the images, on all processors, into one tensor.</summary>
/// <param name="options">Which columns, which shape, and what to do with bad images.</param>
/// <param name="skipped">Told of each image that is left out, where that is allowed.</param>
internal sealed class LabelledImagesReader(ImageClassifierOptions options, Action<ImageException> skipped)
{
    private const int ImagesAtOnce = 512;

    /// <summary>Reads the images to train on and those to measure each epoch by.</summary>
    public TrainingImages Read(IDataView train, IDataView validation)
    {
        var images = Read(train);
        try
        {
            return new(images, Read(validation));
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Reads all rows; the label is read in a pass of its own, so that too many images are refused before any is decoded.</summary>
    /// <exception cref="ArgumentException">A column does not fit, a row has no label, or there is no row.</exception>
    /// <exception cref="ImageException">An image cannot be read, and bad images are not to be skipped.</exception>
    /// <exception cref="InvalidOperationException">The decoded images would not fit in memory, or the data changed while it was read.</exception>
    public LabelledImages Read(IDataView data)
    {
        var shape = options.Shape;
        var column = ImageColumn.Find(data.Schema, options.ImageColumnName);
        var labels = LabelColumn.Read(data, LabelColumn.Find(data.Schema, options.LabelColumnName));
        if (labels.Count == 0)
        {
            throw new ArgumentException("There is no row to train on.", nameof(data));
        }

        ImageMemory.Check(labels.Count, shape);
        using var scope = NewDisposeScope();
        var pixels = empty([labels.Count, shape.Size, shape.Size, shape.Channels], uint8);
        var kept = new List<long>(labels.Count);
        using var cursor = data.GetRowCursor([column]);
        var image = ImageColumn.Reader(cursor, column, shape);
        var (row, batch) = (0, TakeRows(cursor, image));
        while (batch.Count > 0)
        {
            if (row + batch.Count > labels.Count)
            {
                throw Changed(labels.Count, "more");
            }

            var decoded = ParallelDecoding.Decode(batch, OnBadImage);
            Append(decoded.OfType<byte[]>().ToList(), pixels, kept.Count, shape);
            kept.AddRange(Enumerable.Range(0, decoded.Length).Where(i => decoded[i] is not null).Select(i => labels[row + i]));
            row += batch.Count;
            batch = TakeRows(cursor, image);
        }

        if (row < labels.Count)
        {
            throw Changed(labels.Count, $"{row}");
        }

        if (kept.Count == 0)
        {
            throw new ArgumentException($"None of the {labels.Count} images can be read; all were skipped.", nameof(data));
        }

        return new(pixels.narrow(0, 0, kept.Count).DetachFromDisposeScope(), tensor(kept.ToArray()).DetachFromDisposeScope());
    }

    private List<Func<byte[]>> TakeRows(DataViewRowCursor cursor, Func<Func<byte[]>> image)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        var rows = new List<Func<byte[]>>(ImagesAtOnce);
        while (rows.Count < ImagesAtOnce && cursor.MoveNext())
        {
            rows.Add(image());
        }

        return rows;
    }

    private static InvalidOperationException Changed(int labels, string images) =>
        new($"The data gave {labels} rows when its labels were read and {images} when its images were; it must give the same rows each time.");

    private void OnBadImage(ImageException problem)
    {
        if (options.BadImages == BadImages.Refuse)
        {
            throw problem;
        }

        skipped(problem);
    }

    private static void Append(List<byte[]> images, Tensor pixels, int first, ImageShape shape)
    {
        if (images.Count > 0)
        {
            using var scope = NewDisposeScope();
            var block = tensor(shape.Concatenate(images)).reshape(images.Count, shape.Size, shape.Size, shape.Channels);
            pixels.narrow(0, first, images.Count).copy_(block);
        }
    }
}

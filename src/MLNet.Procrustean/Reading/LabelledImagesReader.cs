using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Reading.Cache;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Reading;

/// <summary>Reads labels and images from a data view and decodes the images, on all processors, into one tensor or one file.</summary>
/// <param name="options">Which columns, which shape, whether there is a cache, and what to do with bad images.</param>
/// <param name="skipped">Told of each image that is left out, where that is allowed.</param>
/// <param name="told">Told how the cache was found, and once that <c>MLImage</c> has no orientation; null for nobody.</param>
/// <param name="warned">Told that there is no cache because it cannot be written; null for nobody.</param>
internal sealed class LabelledImagesReader(
    ImageClassifierOptions options,
    Action<ImageException> skipped,
    Action<string>? told = null,
    Action<string>? warned = null
)
{
    private const int ImagesAtOnce = 512;
    private const int BytesAtOnce = 64 << 20;

    private bool toldOfOrientation;

    // Of large images no more than keep every processor busy.
    private int AtOnce => Math.Clamp(BytesAtOnce / options.Shape.Bytes, Math.Min(Environment.ProcessorCount, ImagesAtOnce), ImagesAtOnce);

    /// <summary>Reads the images to train on and those to measure each epoch by; the cache of these is a second file.</summary>
    public TrainingImages Read(IDataView train, IDataView validation)
    {
        var images = Read(train);
        try
        {
            return new(images, Read(validation, options.CachePath is { } path ? path + ".validation" : null));
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads all rows; the label is read in a pass of its own, so that too many images are refused before any is decoded.
    /// </summary>
    /// <exception cref="ArgumentException">A column does not fit, a row has no label, or there is no row.</exception>
    /// <exception cref="ImageException">An image cannot be read, and bad images are not to be skipped.</exception>
    /// <exception cref="InvalidOperationException">
    /// The decoded images would not fit in memory, or the data changed while it was read.
    /// </exception>
    /// <exception cref="IOException">
    /// What is in the place of the cache is none; or it cannot be written, and the images do not fit in memory either.
    /// </exception>
    public LabelledImages Read(IDataView data) => Read(data, options.CachePath);

    private LabelledImages Read(IDataView data, string? cachePath)
    {
        var column = ImageColumn.Find(data.Schema, options.ImageColumnName);
        var labels = LabelColumn.Read(data, LabelColumn.Find(data.Schema, options.LabelColumnName));
        if (labels.Count == 0)
        {
            throw new ArgumentException("There is no row to train on.", nameof(data));
        }

        TellOfOrientation(column);
        var toldRows = new HashSet<int>(); // a row is told of once, even where images are decoded twice
        void Skip(SkippedRow one)
        {
            if (toldRows.Add(one.Row))
            {
                skipped(one.Problem);
            }
        }

        var (pixels, bad) = cachePath is null
            ? DecodeIntoMemory(data, column, labels.Count, Skip)
            : ReadThroughCache(data, column, labels.Count, Path.GetFullPath(cachePath), Skip);
        var without = bad.Select(one => one.Row).ToHashSet();
        using var scope = NewDisposeScope();
        return new(pixels, tensor(labels.Where((_, row) => !without.Contains(row)).ToArray()).DetachFromDisposeScope());
    }

    private void TellOfOrientation(DataViewSchema.Column column)
    {
        if (!toldOfOrientation && column.Type is ImageDataViewType)
        {
            told?.Invoke(ImageColumn.OrientationLost(column.Name));
            toldOfOrientation = true;
        }
    }

    private (PixelRows Pixels, IReadOnlyList<SkippedRow> Bad) DecodeIntoMemory(
        IDataView data,
        DataViewSchema.Column column,
        int rows,
        Action<SkippedRow> skip
    )
    {
        var shape = options.Shape;
        ImageMemory.Check(rows, shape);
        using var scope = NewDisposeScope();
        var pixels = empty([rows, shape.Size, shape.Size, shape.Channels], uint8);
        var count = 0;
        var bad = Decode(
            data,
            column,
            rows,
            images =>
            {
                var n = images.Length / shape.Bytes;
                using var place = pixels.narrow(0, count, n);
                images.Span.CopyTo(place.bytes);
                count += n;
            },
            skip
        );
        return (new PixelsInMemory(pixels.narrow(0, 0, count).DetachFromDisposeScope()), bad);
    }

    private (PixelRows Pixels, IReadOnlyList<SkippedRow> Bad) ReadThroughCache(
        IDataView data,
        DataViewSchema.Column column,
        int rows,
        string path,
        Action<SkippedRow> skip
    )
    {
        var keys = ImageKeys.Read(data, column, options.Cancellation);
        if (keys.Length != rows * ImageKeys.Size)
        {
            throw Changed(rows, $"{keys.Length / ImageKeys.Size}");
        }

        var cached = CachedPixels.Open(path, options.Shape, keys, text => told?.Invoke(text));
        if (cached is null)
        {
            return DecodeIntoCache(data, column, rows, path, keys, skip);
        }

        if (options.BadImages == BadImages.Refuse && cached.Skipped is [var first, ..])
        {
            cached.Dispose();
            throw first.Problem;
        }

        foreach (var one in cached.Skipped)
        {
            skip(one);
        }

        return (cached, cached.Skipped);
    }

    private (PixelRows Pixels, IReadOnlyList<SkippedRow> Bad) DecodeIntoCache(
        IDataView data,
        DataViewSchema.Column column,
        int rows,
        string path,
        byte[] keys,
        Action<SkippedRow> skip
    )
    {
        try
        {
            using var writer = new ImageCacheWriter(path, options.Shape, rows);
            var bad = Decode(data, column, rows, writer.Append, skip);
            return (writer.Finish(keys, bad), bad);
        }
        catch (CacheNotWrittenException problem) when (ImageMemory.Fits(rows, options.Shape, ImageMemory.AvailableBytes))
        {
            warned?.Invoke($"{problem.Message} This training decodes its images into memory instead.");
            return DecodeIntoMemory(data, column, rows, skip);
        }
    }

    // Hands the images on part by part, in the order of the rows and with no gap where a row has none, and gives the rows that have none.
    private List<SkippedRow> Decode(
        IDataView data,
        DataViewSchema.Column column,
        int rows,
        Action<ReadOnlyMemory<byte>> append,
        Action<SkippedRow> skip
    )
    {
        var bad = new List<SkippedRow>();
        using var cursor = data.GetRowCursor([column]);
        var image = ImageColumn.Reader(cursor, column, options.Shape);
        var block = new byte[Math.Min(rows, AtOnce) * options.Shape.Bytes];
        var (row, batch) = (0, TakeRows(cursor, image));
        while (batch.Count > 0)
        {
            if (row + batch.Count > rows)
            {
                throw Changed(rows, "more");
            }

            var (count, problems) = ParallelDecoding.DecodeInto(block, options.Shape.Bytes, batch);
            foreach (var (place, problem) in problems)
            {
                bad.Add(options.BadImages == BadImages.Refuse ? throw problem : new SkippedRow(row + place, problem));
                skip(bad[^1]);
            }

            append(block.AsMemory(0, count * options.Shape.Bytes));
            row += batch.Count;
            batch = TakeRows(cursor, image);
        }

        return row < rows ? throw Changed(rows, $"{row}")
            : bad.Count < rows ? bad
            : throw new ArgumentException($"None of the {rows} images can be read; all were skipped.", nameof(data));
    }

    private List<Action<Memory<byte>>> TakeRows(DataViewRowCursor cursor, Func<Action<Memory<byte>>> image)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        var rows = new List<Action<Memory<byte>>>(AtOnce);
        while (rows.Count < AtOnce && cursor.MoveNext())
        {
            rows.Add(image());
        }

        return rows;
    }

    private static InvalidOperationException Changed(int labels, string images) =>
        new(
            $"The data gave {labels} rows when its labels were read and {images} when its images were; it must give the same rows each time."
        );
}

using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Reading.Cache;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Reading;

/// <summary>Reads labels and images from a data view and decodes the images, on all processors, into one tensor or one file.</summary>
/// <param name="options">Which columns, which shape, whether there is a cache, and what to do with bad images.</param>
/// <param name="skipped">Called for each image that is left out, where that is allowed.</param>
/// <param name="told">Called with the state of the cache, and once where <c>MLImage</c> has lost its orientation; may be null.</param>
/// <param name="warned">
/// Called with a warning when the cache cannot be written, or when it will not serve the next training; may be null.
/// </param>
/// <param name="meter">Told how many images are decoded; may be null.</param>
internal sealed class LabelledImagesReader(
    ImageClassifierOptions options,
    Action<ImageException> skipped,
    Action<string>? told = null,
    Action<string>? warned = null,
    PhaseMeter? meter = null
)
{
    private const int ImagesAtOnce = 512;
    private const int BytesAtOnce = 64 << 20;

    private readonly PhaseMeter meter = meter ?? PhaseMeter.Silent();
    private bool orientationReported;
    private long bytesTaken; // of encoded images, by rows that are not decoded yet

    // Fewer of large images: no more than keep every processor busy.
    private int AtOnce => Math.Clamp(BytesAtOnce / options.Shape.Bytes, Math.Min(Environment.ProcessorCount, ImagesAtOnce), ImagesAtOnce);

    /// <summary>Reads the images to train on and those to measure each epoch by; the latter have a second file as their cache.</summary>
    public TrainingImages Read(IDataView train, IDataView validation)
    {
        var images = Read(train);
        try
        {
            return new(images, Read(validation, options.ValidationCachePath));
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads all rows. The labels are read first in a pass of their own, so that too many images are refused before any is decoded, and
    /// again beside the images: a source may give its rows in another order each time, and the label of an image is that of its row.
    /// </summary>
    /// <exception cref="ArgumentException">A column does not fit, a row has no label, or there is no row.</exception>
    /// <exception cref="ImageException">An image cannot be read, and bad images are not to be skipped.</exception>
    /// <exception cref="InvalidOperationException">
    /// The decoded images would not fit in memory, or the data changed while it was read.
    /// </exception>
    /// <exception cref="IOException">
    /// The file in the place of the cache is not a cache; or it cannot be written, and the images do not fit in memory either.
    /// </exception>
    public LabelledImages Read(IDataView data) => Read(data, options.CachePath);

    private LabelledImages Read(IDataView data, string? cachePath)
    {
        var columns = new ColumnsRead(
            ImageColumn.Find(data.Schema, options.ImageColumnName),
            LabelColumn.Find(data.Schema, options.LabelColumnName)
        );
        var rows = LabelColumn.Read(data, columns.Label).Count;
        if (rows == 0)
        {
            throw new ArgumentException("There is no row to train on.", nameof(data));
        }

        ReportLostOrientation(columns.Image);
        var toldRows = new HashSet<(int Row, string Origin)>(); // an image is reported once, even where images are decoded twice
        void Skip(SkippedRow one)
        {
            if (toldRows.Add((one.Row, one.Problem.Origin)))
            {
                skipped(one.Problem);
            }
        }

        var (pixels, labels, bad) = cachePath is null
            ? DecodeIntoMemory(data, columns, rows, Skip)
            : ReadThroughCache(data, columns, rows, Path.GetFullPath(cachePath), Skip);
        var without = bad.Select(one => one.Row).ToHashSet();
        using var scope = NewDisposeScope();
        return new(pixels, tensor(labels.Where((_, row) => !without.Contains(row)).ToArray()).DetachFromDisposeScope());
    }

    private void ReportLostOrientation(DataViewSchema.Column column)
    {
        if (!orientationReported && column.Type is ImageDataViewType)
        {
            told?.Invoke(ImageColumn.OrientationLost(column.Name));
            orientationReported = true;
        }
    }

    private ReadImages DecodeIntoMemory(IDataView data, ColumnsRead columns, int rows, Action<SkippedRow> skip)
    {
        var shape = options.Shape;
        ImageMemory.Check(rows, shape);
        using var scope = NewDisposeScope();
        var pixels = empty([rows, shape.Size, shape.Size, shape.Channels], uint8);
        var count = 0;
        var (labels, bad) = Decode(
            data,
            columns,
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
        return new(new PixelsInMemory(pixels.narrow(0, 0, count).DetachFromDisposeScope()), labels, bad);
    }

    private ReadImages ReadThroughCache(IDataView data, ColumnsRead columns, int rows, string path, Action<SkippedRow> skip)
    {
        var (keys, labels) = ImageKeys.Read(data, columns.Image, columns.Label, options.Cancellation);
        if (labels.Count != rows)
        {
            throw Changed(rows, $"{labels.Count}");
        }

        var cached = CachedPixels.Open(path, options.Shape, keys, text => told?.Invoke(text));
        if (cached is null)
        {
            return DecodeIntoCache(data, columns, path, keys, skip);
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

        return new(cached, labels, cached.Skipped);
    }

    private ReadImages DecodeIntoCache(IDataView data, ColumnsRead columns, string path, byte[] keysBefore, Action<SkippedRow> skip)
    {
        var keys = new byte[keysBefore.Length]; // those of the rows as they are decoded, whose order may be another one
        var rows = keys.Length / ImageKeys.Size;
        try
        {
            using var writer = new ImageCacheWriter(path, options.Shape, rows);
            var (labels, bad) = Decode(data, columns, rows, writer.Append, skip, keys);
            if (!keys.AsSpan().SequenceEqual(keysBefore))
            {
                warned?.Invoke(
                    $"The data gave other images, or gave them in another order, when it was read again for the image cache '{path}'. "
                        + "Labels and images fit, but each training decodes the images again unless the data gives the same rows "
                        + "in the same order: load its rows into a list first."
                );
            }

            return new(writer.Finish(keys, bad), labels, bad);
        }
        catch (CacheNotWrittenException problem) when (ImageMemory.Fits(rows, options.Shape, ImageMemory.AvailableBytes))
        {
            warned?.Invoke($"{problem.Message} This training decodes its images into memory instead.");
            return DecodeIntoMemory(data, columns, rows, skip);
        }
    }

    // Passes the images on in parts, in the order of the rows and without a gap where a row has no image. Returns the labels of all rows,
    // from the same pass, and the rows without an image; and computes the keys of the images where these are asked for.
    private (List<long> Labels, List<SkippedRow> Bad) Decode(
        IDataView data,
        ColumnsRead columns,
        int rows,
        Action<ReadOnlyMemory<byte>> append,
        Action<SkippedRow> skip,
        byte[]? keys = null
    )
    {
        var (labels, bad) = (new List<long>(rows), new List<SkippedRow>());
        using var cursor = ImageColumn.Cursor(data, columns.Image, [columns.Label]);
        var next = RowReader(cursor, columns, labels, keys);
        var block = new byte[Math.Min(rows, AtOnce) * options.Shape.Bytes];
        meter.Begin(TrainingPhase.ReadingImages, rows);
        var (row, batch) = (0, TakeRows(cursor, next));
        while (batch.Count > 0)
        {
            if (row + batch.Count > rows)
            {
                throw Changed(rows, "more");
            }

            var (count, problems) = ParallelDecoding.DecodeInto(block, options.Shape.Bytes, batch, tried => Tell(row + tried));
            foreach (var (place, problem) in problems)
            {
                bad.Add(options.BadImages == BadImages.Refuse ? throw problem : new SkippedRow(row + place, problem));
                skip(bad[^1]);
            }

            append(block.AsMemory(0, count * options.Shape.Bytes));
            meter.Reached(row += batch.Count);
            batch = TakeRows(cursor, next);
        }

        meter.End();
        return row < rows ? throw Changed(rows, $"{row}")
            : bad.Count < rows ? (labels, bad)
            : throw new ArgumentException($"None of the {rows} images can be read; all were skipped.", nameof(data));
    }

    // Between two images of a part too: a part of large photos takes long.
    private void Tell(int images)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        meter.Reached(images);
    }

    // Reads what the cursor's current row has: adds its label, and returns the work of decoding its image and of computing its key.
    private Func<Action<Memory<byte>>> RowReader(DataViewRowCursor cursor, ColumnsRead columns, List<long> labels, byte[]? keys)
    {
        var source = (object?)null;
        var image = ImageColumn.Reader(cursor, columns.Image, options.Shape, read =>
        {
            source = read;
            bytesTaken += (read as byte[])?.Length ?? 0;
        });
        var label = LabelColumn.Reader(cursor, columns.Label);
        return () =>
        {
            var (row, decode, keyed) = (labels.Count, image(), source!);
            labels.Add(label());
            return keys is null
                ? decode
                : square =>
                {
                    // Before the file is decoded: if it changes meanwhile, the next training decodes it again.
                    ImageKeys.Compute(keyed, keys.AsSpan(row * ImageKeys.Size, ImageKeys.Size));
                    decode(square);
                };
        };
    }

    private List<Action<Memory<byte>>> TakeRows(DataViewRowCursor cursor, Func<Action<Memory<byte>>> next)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        var rows = new List<Action<Memory<byte>>>(AtOnce);
        bytesTaken = 0;
        while (rows.Count < AtOnce && bytesTaken < BytesAtOnce && cursor.MoveNext())
        {
            rows.Add(next());
        }

        return rows;
    }

    private static InvalidOperationException Changed(int labels, string images) =>
        new(
            $"The data gave {labels} rows when its labels were read and {images} when its images were; "
                + "it must give the same rows each time."
        );

    private sealed record ColumnsRead(DataViewSchema.Column Image, DataViewSchema.Column Label);

    // Labels are those of all rows, in the order in which these gave the pixels; the bad rows have a label and no pixels.
    private sealed record ReadImages(PixelRows Pixels, List<long> Labels, IReadOnlyList<SkippedRow> Bad);
}

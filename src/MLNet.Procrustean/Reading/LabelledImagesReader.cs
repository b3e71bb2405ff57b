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

    /// <summary>
    /// Reads the images to train on and those to measure each epoch by; the latter have a second file as their cache. Columns and labels of
    /// both are read before an image of either is decoded, and a message about the latter begins with the name of their option.
    /// </summary>
    public TrainingImages Read(IDataView train, IDataView validation)
    {
        var rows = ExaminedRows.Of(train, options);
        var others = ExaminedRows.OfValidation(validation, options, rows);
        if (rows.CachePath is null)
        {
            ImageMemory.Check((long)rows.Count + others.Count, options.Shape);
        }

        var images = Read(rows);
        try
        {
            return new(images, Read(others));
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
    /// <exception cref="ArgumentException">
    /// A column does not fit, a row has no label or one that is not one of the classes, or there is no row.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read, and bad images are not to be skipped.</exception>
    /// <exception cref="InvalidOperationException">
    /// The decoded images would not fit in memory, or the data changed while it was read.
    /// </exception>
    /// <exception cref="IOException">
    /// The file in the place of the cache is not a cache; or it cannot be written, and the images do not fit in memory either.
    /// </exception>
    public LabelledImages Read(IDataView data) => Read(ExaminedRows.Of(data, options));

    private LabelledImages Read(ExaminedRows rows)
    {
        ReportLostOrientation(rows.Image);
        var toldRows = new HashSet<(int Row, string Origin)>(); // an image is reported once, even where images are decoded twice
        void Skip(SkippedRow one)
        {
            if (toldRows.Add((one.Row, one.Problem.Origin)))
            {
                skipped(one.Problem);
            }
        }

        var (pixels, labels, bad) = rows.CachePath is null
            ? DecodeIntoMemory(rows, Skip)
            : ReadThroughCache(rows, Path.GetFullPath(rows.CachePath), Skip);
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

    private ReadImages DecodeIntoMemory(ExaminedRows rows, Action<SkippedRow> skip)
    {
        var shape = options.Shape;
        ImageMemory.Check(rows.Count, shape);
        using var scope = NewDisposeScope();
        var pixels = empty([rows.Count, shape.Size, shape.Size, shape.Channels], uint8);
        var count = 0;
        var (labels, bad) = Decode(
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

    private ReadImages ReadThroughCache(ExaminedRows rows, string path, Action<SkippedRow> skip)
    {
        var (keys, labels) = ImageKeys.Read(rows.Data, rows.Image, rows.Label, options.Cancellation);
        if (labels.Count != rows.Count)
        {
            throw Changed(rows.Count, $"{labels.Count}");
        }

        var cached = CachedPixels.Open(path, options.Shape, keys, text => told?.Invoke(text));
        if (cached is null)
        {
            return DecodeIntoCache(rows, path, keys, skip);
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

    private ReadImages DecodeIntoCache(ExaminedRows rows, string path, byte[] keysBefore, Action<SkippedRow> skip)
    {
        var keys = new byte[keysBefore.Length]; // those of the rows as they are decoded, whose order may be another one
        try
        {
            using var writer = new ImageCacheWriter(path, options.Shape, rows.Count);
            var (labels, bad) = Decode(rows, writer.Append, skip, keys);
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
        catch (CacheNotWrittenException problem) when (ImageMemory.Fits(rows.Count, options.Shape))
        {
            warned?.Invoke($"{problem.Message} This training decodes its images into memory instead.");
            return DecodeIntoMemory(rows, skip);
        }
    }

    // Passes the images on in parts, in the order of the rows and without a gap where a row has no image. Returns the labels of all rows,
    // from the same pass, and the rows without an image; and computes the keys of the images where these are asked for.
    private (List<long> Labels, List<SkippedRow> Bad) Decode(
        ExaminedRows rows,
        Action<ReadOnlyMemory<byte>> append,
        Action<SkippedRow> skip,
        byte[]? keys = null
    )
    {
        var (labels, bad) = (new List<long>(rows.Count), new List<SkippedRow>());
        using var cursor = ImageColumn.Cursor(rows.Data, rows.Image, [rows.Label]);
        var next = RowReader(cursor, rows, labels, keys);
        var block = new byte[Math.Min(rows.Count, AtOnce) * options.Shape.Bytes];
        meter.Begin(TrainingPhase.ReadingImages, rows.Count);
        var (row, batch) = (0, TakeRows(cursor, next));
        while (batch.Count > 0)
        {
            if (row + batch.Count > rows.Count)
            {
                throw Changed(rows.Count, "more");
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
        return row < rows.Count ? throw Changed(rows.Count, $"{row}")
            : bad.Count < rows.Count ? (labels, bad)
            : throw new ArgumentException($"{rows.Prefix}None of the {rows.Count} images can be read; all were skipped.");
    }

    // Between two images of a part too: a part of large photos takes long.
    private void Tell(int images)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        meter.Reached(images);
    }

    // Reads what the cursor's current row has: adds its label, and returns the work of decoding its image and of computing its key.
    private Func<Action<Memory<byte>>> RowReader(DataViewRowCursor cursor, ExaminedRows rows, List<long> labels, byte[]? keys)
    {
        var source = (object?)null;
        var image = ImageColumn.Reader(cursor, rows.Image, options.Shape, read =>
        {
            source = read;
            bytesTaken += (read as byte[])?.Length ?? 0;
        });
        var label = LabelColumn.Reader(cursor, rows.Label);
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
            options.Cancellation.ThrowIfCancellationRequested(); // in each row: images that ML.NET loads are loaded here
            rows.Add(next());
        }

        return rows;
    }

    private static InvalidOperationException Changed(int labels, string images) =>
        new(
            $"The data gave {labels} rows when its labels were read and {images} when its images were; "
                + "it must give the same rows each time."
        );

    // Labels are those of all rows, in the order in which these gave the pixels; the bad rows have a label and no pixels.
    private sealed record ReadImages(PixelRows Pixels, List<long> Labels, IReadOnlyList<SkippedRow> Bad);
}

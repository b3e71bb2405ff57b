using System.Globalization;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Reading.Cache;

/// <summary>
/// Writes an image cache while images are decoded, to a temporary file beside it that replaces it when complete: until then an earlier
/// cache stays.
/// </summary>
internal sealed class ImageCacheWriter : IDisposable
{
    private readonly string path;
    private readonly ImageShape shape;
    private readonly long rows;
    private readonly AtomicFile file;
    private readonly List<uint> checksums = [];
    private readonly List<double> sums = [];

    /// <summary>
    /// Reserves the room that so many images need, so that a disk that is too small is noticed before any image is decoded.
    /// </summary>
    /// <exception cref="CacheNotWrittenException">
    /// There is too little room, or the folder is missing or may not be written to; this holds for all members.
    /// </exception>
    public ImageCacheWriter(string path, ImageShape shape, long rows)
    {
        (this.path, this.shape, this.rows) = (path, shape, rows);
        file = Try(() => new AtomicFile(path, BytesNeeded));
        file.Stream.Position = ImageCacheFile.PixelsStart;
    }

    private long BytesNeeded => ImageCacheFile.PixelsStart + (rows * (shape.Bytes + ImageCacheTable.BytesPerRow));

    /// <summary>Adds decoded images, one after the other.</summary>
    public void Append(ReadOnlyMemory<byte> images)
    {
        var (count, ofOne) = (images.Length / shape.Bytes, 2 * shape.Channels);
        var (newChecksums, newSums) = (new uint[count], new double[count * ofOne]);
        Parallel.For(0, count, number =>
        {
            var image = images.Span.Slice(number * shape.Bytes, shape.Bytes);
            newChecksums[number] = Crc32C.Of(image);
            ChannelSums.Of(image, newSums.AsSpan(number * ofOne, ofOne));
        });
        checksums.AddRange(newChecksums);
        sums.AddRange(newSums);
        Try(() => file.Stream.Write(images.Span));
    }

    /// <summary>Completes the file and puts it in its place.</summary>
    /// <param name="keys">Of all rows, <see cref="ImageKeys"/>.</param>
    /// <param name="skipped">The rows of which there is no image.</param>
    /// <returns>The images, open.</returns>
    public CachedPixels Finish(byte[] keys, IReadOnlyList<SkippedRow> skipped)
    {
        // Causes that lie outside the image: its key is cleared, so that the next training tries again, or says under which limit it was
        // refused, so that a training under another one does.
        foreach (var (row, problem) in skipped)
        {
            var key = keys.AsSpan(row * ImageKeys.Size, ImageKeys.Size);
            if (problem.IsOfMoment)
            {
                key.Clear();
            }
            else if (problem.IsOfLimit)
            {
                ImageKeys.UnderLimit(key).CopyTo(key);
            }
        }

        return Try(() =>
        {
            ImageCacheFile.Complete(file.Stream, new(shape, keys, [.. checksums], [.. sums], skipped));
            // before the move: what is read is this file, even where another training replaces it
            var pixels = CachedPixels.Open(path, written: file.Temporary);
            try
            {
                file.Finish();
                return pixels;
            }
            catch
            {
                pixels.Dispose();
                throw;
            }
        });
    }

    /// <summary>Removes what was written, unless it was finished.</summary>
    public void Dispose() => file.Dispose();

    private void Try(Action step) =>
        Try(() =>
        {
            step();
            return 0;
        });

    private T Try<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception problem) when (AtomicFile.IsOfDisk(problem))
        {
            throw new CacheNotWrittenException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The image cache '{path}' cannot be written: {problem.Message} "
                        + $"It takes up to {ImageMemory.Readable(BytesNeeded)} for {rows:N0} images, "
                        + $"in a folder that exists and may be written to, beside an earlier cache until it is complete. "
                        + $"Make room, name another {nameof(ImageClassifierOptions.CachePath)}, or none."
                ),
                problem
            );
        }
    }
}

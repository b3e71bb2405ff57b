using Microsoft.Win32.SafeHandles;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Reading.Cache;

/// <summary>
/// Decoded images in the file of an image cache. Only the images that are asked for are read, directly into a tensor, and each is checked
/// when it is read.
/// </summary>
/// <remarks>
/// The file is read by position and not mapped into memory. TorchSharp makes no tensor over foreign memory, so that a copy is needed either
/// way. Reading was measured to be as fast. And when a mapped file is cut short or its disk fails, the process ends, whereas reading gives
/// an error.
/// </remarks>
internal sealed class CachedPixels : PixelRows
{
    private readonly SafeFileHandle file;
    private readonly string path;
    private readonly ImageCacheTable table;

    private CachedPixels(SafeFileHandle file, string path, ImageCacheTable table) =>
        (this.file, this.path, this.table) = (file, path, table);

    /// <summary>The rows of the data that have no image here.</summary>
    public IReadOnlyList<SkippedRow> Skipped => table.Skipped;

    public override long Count => table.Checksums.Length;

    /// <summary>
    /// Opens the cache if it holds the images that are asked for; null, with the reason reported, where there is no cache or it has
    /// to be rebuilt.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">The preprocessing asked for.</param>
    /// <param name="keys">Of the images asked for.</param>
    /// <param name="told">Called with what was found.</param>
    /// <exception cref="IOException">The file is not an image cache, or cannot be read.</exception>
    public static CachedPixels? Open(string path, ImageShape shape, byte[] keys, Action<string> told)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a folder; {nameof(ImageClassifierOptions.CachePath)} is to be the path of a file.");
        }

        if (!File.Exists(path))
        {
            return null;
        }

        var pixels = (CachedPixels?)null;
        var reason = (string?)null;
        try
        {
            pixels = Open(path);
            reason = pixels.table.Difference(shape, keys);
        }
        catch (InvalidDataException problem)
        {
            reason = problem.Message;
        }

        if (reason is null)
        {
            told($"The {pixels!.Count} decoded images are those of the image cache '{path}'.");
            return pixels;
        }

        pixels?.Dispose();
        told($"The image cache '{path}' is rebuilt: {reason}.");
        return null;
    }

    /// <summary>Opens a cache, whichever images it holds.</summary>
    /// <param name="path">Where it is, or will be: errors name it.</param>
    /// <param name="written">Where it is now, if not there.</param>
    /// <exception cref="IOException">It is not a cache, or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is cut short, damaged or of another version.</exception>
    public static CachedPixels Open(string path, string? written = null)
    {
        var file = Handle(written ?? path);
        try
        {
            return new(file, path, ImageCacheFile.Read(file, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override Tensor Rows(Tensor rows) => Read(rows.data<long>().ToArray());

    public override Tensor Narrow(long start, long count) => Read([.. Enumerable.Range(0, (int)count).Select(i => start + i)]);

    public override Tensor ChannelSums() => tensor(table.ChannelSums, [Count, 2, table.Shape.Channels]);

    public override void Dispose() => file.Dispose();

    private Tensor Read(long[] rows)
    {
        using var scope = NewDisposeScope();
        var (size, channels) = (table.Shape.Size, table.Shape.Channels);
        var pixels = empty([rows.Length, size, size, channels], uint8);
        for (var i = 0; i < rows.Length; i++)
        {
            var image = pixels.narrow(0, i, 1).bytes;
            var read = PositionedReads.Fill(file, image, ImageCacheFile.PixelsStart + (rows[i] * table.Shape.Bytes));
            if (read < image.Length || Crc32C.Of(image) != table.Checksums[rows[i]])
            {
                throw new IOException(
                    $"The image cache '{path}' is damaged at image {rows[i]} (counted from 0). Remove it; the next training rebuilds it."
                );
            }
        }

        return pixels.MoveToOuterDisposeScope();
    }

    private static SafeFileHandle Handle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new IOException(
                $"The image cache '{path}' cannot be read: {problem.Message} "
                    + $"Allow reading it, or give another {nameof(ImageClassifierOptions.CachePath)}.",
                problem
            );
        }
    }
}

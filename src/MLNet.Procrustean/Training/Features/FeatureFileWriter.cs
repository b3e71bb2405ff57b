using System.Globalization;
using System.Runtime.InteropServices;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Reading.Cache;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>
/// Writes features as they are computed: to a file that takes its place when complete, so that an earlier file stays until then, or to one
/// that is gone when it is closed.
/// </summary>
internal sealed class FeatureFileWriter : IDisposable
{
    private const int LongestTexts = 4096; // of a header, and then more than the two places of each view take:
    private const int LongestPlaces = 512;

    private readonly string path;
    private readonly FeatureLayout layout;
    private readonly AtomicFile? file; // null where it is to be gone
    private readonly FileStream stream;
    private readonly long start; // of the first array
    private readonly long[] checksums;
    private bool isGiven;

    /// <summary>Reserves the room that all features need, so that a disk that is too small is noticed before any is computed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">Of the features.</param>
    /// <param name="identity">All that decides them.</param>
    /// <param name="isKept">Whether the file is kept when it is closed.</param>
    /// <exception cref="CacheNotWrittenException">
    /// There is too little room, or the folder is missing or may not be written to; this holds for all members.
    /// </exception>
    public FeatureFileWriter(string path, FeatureLayout layout, IReadOnlyDictionary<string, string> identity, bool isKept = true)
    {
        (this.path, this.layout) = (path, layout);
        checksums = new long[layout.Images * layout.Views.Count];
        var room = LongestTexts + (LongestPlaces * layout.Views.Count) + layout.StartOf(layout.Views.Count, 0);
        file = isKept ? Try(() => new AtomicFile(path, room)) : null;
        stream = file?.Stream ?? Try(() => ScratchFile.Create(path, room));
        try
        {
            start = Try(() =>
            {
                SafeTensors.WriteHeader(stream, identity, layout.Places);
                return stream.Position;
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writes features of one view, [B, ...], those of consecutive images.</summary>
    public void Write(int view, long first, Tensor features)
    {
        using var scope = NewDisposeScope();
        var block = empty(features.shape, FeatureLayout.Kept); // a row of it lies in one piece, whatever the layout of the features
        block.copy_(features);
        for (var i = 0; i < features.shape[0]; i++)
        {
            using var row = block.narrow(0, i, 1);
            Write(view, first + i, row.bytes);
        }
    }

    /// <summary>Completes the file, and puts it in its place where it is kept.</summary>
    /// <returns>The features, open.</returns>
    public FeaturesInFile Finish() =>
        Try(() =>
        {
            stream.Position = start;
            stream.Write(MemoryMarshal.AsBytes(checksums.AsSpan()));
            stream.SetLength(start + layout.StartOf(layout.Views.Count, 0)); // more room may have been reserved than was needed
            if (file is null)
            {
                isGiven = true;
                return FeaturesInFile.Of(stream, path, layout, checksums, start);
            }

            stream.Flush(flushToDisk: true);
            // before the move: what is read is this file, even where another training replaces it
            var features = FeaturesInFile.Open(file.Temporary, path, layout, checksums, start);
            try
            {
                file.Finish();
                return features;
            }
            catch
            {
                features.Dispose();
                throw;
            }
        });

    /// <summary>Removes what was written, unless it was finished.</summary>
    public void Dispose()
    {
        file?.Dispose();
        if (!isGiven)
        {
            stream.Dispose();
        }
    }

    private void Write(int view, long row, ReadOnlySpan<byte> bytes)
    {
        checksums[(view * layout.Images) + row] = Crc32C.Of(bytes);
        try
        {
            stream.Position = start + layout.StartOf(view, row);
            stream.Write(bytes);
        }
        catch (Exception problem) when (AtomicFile.IsOfDisk(problem))
        {
            throw NotWritten(problem);
        }
    }

    private T Try<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception problem) when (AtomicFile.IsOfDisk(problem))
        {
            throw NotWritten(problem);
        }
    }

    private CacheNotWrittenException NotWritten(Exception problem) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The file of features '{path}' cannot be written: {problem.Message} "
                    + $"It takes {ImageMemory.Readable(layout.Bytes)} for {layout.Images:N0} images, "
                    + $"in a folder that exists and may be written to, beside an earlier file until it is complete. "
                    + $"Make room, or name a {nameof(ImageClassifierOptions.CachePath)} in another folder."
            ),
            problem
        );
}

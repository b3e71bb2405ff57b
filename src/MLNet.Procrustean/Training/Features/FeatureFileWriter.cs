using System.Globalization;
using System.Runtime.InteropServices;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Reading.Cache;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>
/// Writes features as they are computed, to a temporary file that takes its place when complete: until then an earlier file stays.
/// </summary>
internal sealed class FeatureFileWriter : IDisposable
{
    private const int LongestTexts = 4096; // of a header, and then more than the two places of each view take:
    private const int LongestPlaces = 512;

    private readonly string path;
    private readonly FeatureLayout layout;
    private readonly AtomicFile file;
    private readonly long start; // of the first array
    private readonly long[] checksums;

    /// <summary>Reserves the room that all features need, so that a disk that is too small is noticed before any is computed.</summary>
    /// <exception cref="CacheNotWrittenException">
    /// There is too little room, or the folder is missing or may not be written to; this holds for all members.
    /// </exception>
    public FeatureFileWriter(string path, FeatureLayout layout, IReadOnlyDictionary<string, string> identity)
    {
        (this.path, this.layout) = (path, layout);
        checksums = new long[layout.Images * layout.Views.Count];
        var bytes = layout.StartOf(layout.Views.Count, 0);
        file = Try(() => new AtomicFile(path, LongestTexts + (LongestPlaces * layout.Views.Count) + bytes));
        try
        {
            start = Try(() =>
            {
                SafeTensors.WriteHeader(file.Stream, identity, layout.Places);
                return file.Stream.Position;
            });
        }
        catch
        {
            file.Dispose();
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

    /// <summary>Completes the file and puts it in its place.</summary>
    /// <returns>The features, open.</returns>
    public FeaturesInFile Finish() =>
        Try(() =>
        {
            file.Stream.Position = start;
            file.Stream.Write(MemoryMarshal.AsBytes(checksums.AsSpan()));
            file.Stream.SetLength(start + layout.StartOf(layout.Views.Count, 0)); // more room may have been reserved than was needed
            file.Stream.Flush(flushToDisk: true);
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
    public void Dispose() => file.Dispose();

    private void Write(int view, long row, ReadOnlySpan<byte> bytes)
    {
        checksums[(view * layout.Images) + row] = Crc32C.Of(bytes);
        try
        {
            file.Stream.Position = start + layout.StartOf(view, row);
            file.Stream.Write(bytes);
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
                    + $"Make room, name another {nameof(ImageClassifierOptions.CachePath)}, or none."
            ),
            problem
        );
}

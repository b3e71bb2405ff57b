using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>
/// Features in a file, which may be larger than the memory: only those that are asked for are read, directly into a tensor, and each row
/// is checked when it is read.
/// </summary>
internal sealed class FeaturesInFile : FeatureRows
{
    private const int BytesAtOnce = 1 << 30; // a span has at most twice as many

    private readonly FileStream file;
    private readonly string path;
    private readonly FeatureLayout layout;
    private readonly long[] checksums;
    private readonly long start;

    private FeaturesInFile(FileStream file, string path, FeatureLayout layout, long[] checksums, long start) =>
        (this.file, this.path, this.layout, this.checksums, this.start) = (file, path, layout, checksums, start);

    public override int Views => layout.Views.Count;

    /// <summary>
    /// Opens the file if it holds the features that are asked for; null, with the reason told, where there is no file or it has to be
    /// written again.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">Of the features asked for.</param>
    /// <param name="identity">All that decides them.</param>
    /// <param name="told">Called with what was found.</param>
    /// <exception cref="IOException">The file is not one of features, or cannot be read.</exception>
    public static FeaturesInFile? Open(string path, FeatureLayout layout, Dictionary<string, string> identity, Action<string> told)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a folder, and is to be a file of features. {Advice}");
        }

        if (!File.Exists(path))
        {
            return null;
        }

        var file = Stream(path);
        try
        {
            var reason = Difference(file, path, layout, identity);
            told(
                reason is null
                    ? $"The features of {layout.Images} images are those of the file '{path}'."
                    : $"The features in the file '{path}' are computed again: {reason}."
            );
            if (reason is null)
            {
                return new(file, path, layout, Checksums(file, layout), file.Position);
            }

            file.Dispose();
            return null;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that was just written.</summary>
    /// <param name="written">Where it is now.</param>
    /// <param name="path">Where it will be.</param>
    /// <param name="layout">Of its features.</param>
    /// <param name="checksums">Of its rows, one view after the other.</param>
    /// <param name="start">Of its first array.</param>
    public static FeaturesInFile Open(string written, string path, FeatureLayout layout, long[] checksums, long start) =>
        Of(Stream(written), path, layout, checksums, start);

    /// <summary>The same of a file that is open.</summary>
    public static FeaturesInFile Of(FileStream file, string path, FeatureLayout layout, long[] checksums, long start) =>
        new(file, path, layout, checksums, start);

    public override Tensor Of(Tensor rows, Tensor? views = null)
    {
        using var scope = NewDisposeScope();
        var numbers = rows.data<long>().ToArray();
        var chosen = views?.data<long>().ToArray();
        var features = empty([numbers.Length, .. layout.Shape[1..]], FeatureLayout.Kept);
        var size = (int)layout.BytesOfRow;
        for (var (first, atOnce) = (0, Math.Max(1, BytesAtOnce / size)); first < numbers.Length; first += atOnce)
        {
            using var part = features.narrow(0, first, Math.Min(atOnce, numbers.Length - first));
            var bytes = part.bytes;
            for (var i = 0; i < part.shape[0]; i++)
            {
                Read((int)(chosen?[first + i] ?? 0), numbers[first + i], bytes.Slice(i * size, size));
            }
        }

        return features.MoveToOuterDisposeScope();
    }

    /// <summary>Reads all features into memory, and closes the file.</summary>
    public FeaturesInMemory Load()
    {
        using var scope = NewDisposeScope();
        using (this)
        {
            var rows = arange(layout.Images, ScalarType.Int64);
            var views = Enumerable.Range(0, Views).Select(view => Of(rows, full_like(rows, view)));
            return new([.. views.ToArray().Select(view => view.DetachFromDisposeScope())]);
        }
    }

    public override void Dispose() => file.Dispose();

    private static string Advice => $"Name another {nameof(ImageClassifierOptions.CachePath)}, or remove it.";

    private static string? Difference(FileStream file, string path, FeatureLayout layout, Dictionary<string, string> identity)
    {
        var header = Header(file, path);
        if (identity.Keys.FirstOrDefault(name => header.Texts.GetValueOrDefault(name) != identity[name]) is { } other)
        {
            return $"they are of other {other.Replace('_', ' ')}";
        }

        var sameArrays = header
            .Places.Select(place => $"{place.Name} {place.Type} {string.Join(' ', place.Shape)}")
            .SequenceEqual(layout.Places.Select(place => $"{place.Name} {place.Type} {string.Join(' ', place.Shape)}"));
        return !sameArrays ? "its header contradicts itself"
            : file.Length != file.Position + header.Bytes ? "it is cut short, or longer than its header says"
            : null;
    }

    private static SafeTensorsHeader Header(FileStream file, string path)
    {
        try
        {
            var header = SafeTensors.ReadHeader(file, published: true);
            if (header.Texts.GetValueOrDefault("format") == FeatureComputation.Format)
            {
                return header;
            }
        }
        catch (InvalidDataException problem)
        {
            throw Foreign(path, problem);
        }

        throw Foreign(path, null);
    }

    private static IOException Foreign(string path, Exception? problem) =>
        new($"'{path}' is not a file of features, or its header is damaged, and is left as it is. {Advice}", problem);

    // Of the file, which stays where they begin; its length is known to fit.
    private static long[] Checksums(FileStream file, FeatureLayout layout)
    {
        var checksums = new long[layout.Images * layout.Views.Count];
        PositionedReads.Fill(file.SafeFileHandle, MemoryMarshal.AsBytes(checksums.AsSpan()), file.Position);
        return checksums;
    }

    private static FileStream Stream(string path)
    {
        try
        {
            return new(
                path,
                new FileStreamOptions
                {
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    BufferSize = 0,
                    Options = FileOptions.RandomAccess,
                }
            );
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new IOException($"The file of features '{path}' cannot be read: {problem.Message} {Advice}", problem);
        }
    }

    private void Read(int view, long row, Span<byte> bytes)
    {
        var read = PositionedReads.Fill(file.SafeFileHandle, bytes, start + layout.StartOf(view, row));
        if (read < bytes.Length || Crc32C.Of(bytes) != checksums[(view * layout.Images) + row])
        {
            throw new IOException(
                $"The file of features '{path}' is damaged at image {row} (counted from 0). Remove it if it is there; the next training "
                    + "writes it again."
            );
        }
    }
}

using Microsoft.ML;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Reading.Cache;

/// <summary>A folder of cats and dogs and a place for a cache of them, read as a training reads them.</summary>
internal sealed class CachedFolder : IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();

    public CachedFolder()
    {
        ImageFolders.Write(folder, ("photos/cat", 5), ("photos/dog", 4));
        CachePath = Path.Combine(folder.Path, "images.cache");
        Options = SmallTraining.Options with { CachePath = CachePath };
    }

    public string CachePath { get; }

    public ImageClassifierOptions Options { get; set; }

    /// <summary>The messages of the last reading.</summary>
    public List<string> Told { get; } = [];

    /// <summary>The images skipped by the last reading.</summary>
    public List<ImageException> Skipped { get; } = [];

    public string[] Paths =>
        [.. Directory.GetFiles(Path.Combine(folder.Path, "photos"), "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>All files beside the folder of photos, by name.</summary>
    public IEnumerable<string?> Files => Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order();

    public IDataView Data => Rows([.. Paths.Select(path => (path, Path.GetFileName(Path.GetDirectoryName(path))!))]);

    public IDataView Rows(params (string Path, string Label)[] rows)
    {
        var data = ml.Data.LoadFromEnumerable(rows.Select(row => new LabelledImageFile { ImagePath = row.Path, Label = row.Label }));
        return ml
            .Transforms.Conversion.MapValueToKey(
                "Label",
                keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue
            )
            .Fit(data)
            .Transform(data);
    }

    public LabelledImages Read(IDataView? data = null)
    {
        Told.Clear();
        Skipped.Clear();
        return new LabelledImagesReader(Options, Skipped.Add, Told.Add).Read(data ?? Data);
    }

    /// <summary>The bits of the weights after a training on the images.</summary>
    public byte[] Train(IDataView? data = null)
    {
        using var images = Read(data);
        return SmallTraining.Weights(Options, images);
    }

    /// <summary>The pixels of all images.</summary>
    public byte[] Pixels(IDataView? data = null)
    {
        using var images = Read(data);
        using var pixels = images.Pixels.Narrow(0, images.Count);
        return NetworkBits.Of(pixels);
    }

    /// <summary>Makes all images unreadable without a change of name, size or time.</summary>
    public void SpoilPhotos()
    {
        foreach (var path in Paths)
        {
            var time = File.GetLastWriteTimeUtc(path);
            File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
            File.SetLastWriteTimeUtc(path, time);
        }
    }

    public void Dispose() => folder.Dispose();
}

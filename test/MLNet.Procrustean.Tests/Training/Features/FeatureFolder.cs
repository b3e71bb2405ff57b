using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training.Features;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training.Features;

/// <summary>Nine images, the features that two parts of a small network make of them, and a place for a file of these.</summary>
internal sealed class FeatureFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LabelledImages images = ToyImages.Of(5, 4);
    private readonly StagedNetwork network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 2, seed: 1);

    public FeatureFolder(int parts = 2)
    {
        network.Freeze(Math.Min(parts, network.Stages.Count + 1)); // one more are the pooled features
        Path = FeatureFile.PathOf(System.IO.Path.Combine(folder.Path, "images.cache"), parts);
        var views = new ImageViews(Augmentation.None with { HorizontalFlip = true });
        Computation = new(network, images, views, ToyImages.Halved, SmallTraining.Options, CPU);
    }

    public string Path { get; set; }

    public FeatureComputation Computation { get; }

    /// <summary>What was told of the last features.</summary>
    public List<string> Told { get; } = [];

    /// <summary>The warnings of the last features.</summary>
    public List<string> Warned { get; } = [];

    /// <summary>All files, by name.</summary>
    public IEnumerable<string?> Files => Directory.GetFiles(folder.Path).Select(System.IO.Path.GetFileName).Order();

    /// <summary>Opens the file, or computes it; null with a warning where it cannot be written.</summary>
    /// <param name="mostLoaded">The most bytes to read into memory: by default none.</param>
    public FeatureRows? Open(long mostLoaded = 0)
    {
        Told.Clear();
        Warned.Clear();
        return FeatureFile.Of(Path, Computation, new PhaseMeter(null, Told.Add) { Warned = Warned.Add }, mostLoaded);
    }

    /// <summary>The bits of the features of all images, with the mirror images of the odd ones; the features are disposed.</summary>
    public static byte[] All(FeatureRows features)
    {
        using (features)
        {
            return Bits(features, [.. Enumerable.Range(0, 9).Select(row => (long)row)], [0, 1, 0, 1, 0, 1, 0, 1, 0]);
        }
    }

    public static byte[] Bits(FeatureRows features, long[] rows, long[]? views = null)
    {
        using var scope = NewDisposeScope();
        return NetworkBits.Of(features.Of(tensor(rows), views is null ? null : tensor(views)));
    }

    /// <summary>The features, computed into memory.</summary>
    public FeaturesInMemory InMemory() => FeaturesInMemory.Compute(Computation, PhaseMeter.Silent());

    public void Dispose()
    {
        network.Dispose();
        images.Dispose();
        folder.Dispose();
    }
}

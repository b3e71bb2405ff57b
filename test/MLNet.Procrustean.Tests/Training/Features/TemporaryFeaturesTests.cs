using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Features;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training.Features;

/// <summary>Features without a cache: the memory that is free at the moment changes nothing of a training.</summary>
public sealed class TemporaryFeaturesTests
{
    private const long Bytes = 2 * 9 * 4 * 16 * 16 * 2; // images and mirror images
    private readonly List<string> told = [];
    private readonly List<string> warned = [];
    private FeatureFolder images = null!;
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Begin()
    {
        told.Clear();
        warned.Clear();
        (images, folder) = (new(), new());
    }

    [TearDown]
    public void End()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Of_MoreThanTheMemory_HaveTheSameBitsInAFile()
    {
        Assume.That(ScratchFile.Folder, Is.Not.Null);
        using var scope = NewDisposeScope();
        using var inMemory = Keep(Bytes)!;
        using var inFile = Keep(Bytes - 1)!;
        var (rows, views) = (tensor(new long[] { 8, 0, 3, 3, 5 }), tensor(new long[] { 0, 1, 0, 1, 1 }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(inFile.Of(rows, views)), Is.EqualTo(NetworkBits.Of(inMemory.Of(rows, views))));
            Assert.That(told, Has.One.Contains("take 36.0 KiB, more memory than is available: they are kept in a temporary file"));
            Assert.That(warned, Is.Empty);
        }

        KeptFeatures? Keep(long memory) => KeptFeatures.Of(images.Computation, cachePath: null, Meter, memory);
    }

    // Also of a process that is killed: the name goes before anything is computed.
    [Test]
    public void Temporary_WhileAndAfterItIsWritten_HasNoName()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("There, a file that is open has a name.");
        }

        var found = new List<string>();
        var progress = new CalledProgress<PhaseReport>(_ => found.AddRange(Directory.GetFileSystemEntries(folder.Path)));
        using var features = FeatureFile.Temporary(folder.Path, images.Computation, new(progress, told.Add))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FeatureFolder.Bits(features, [8]), Has.Length.EqualTo(4 * 16 * 16 * 2));
            Assert.That(found, Is.Empty);
            Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
        }
    }

    [Test]
    public void Temporary_FolderIsMissing_IsNullWithAWarning()
    {
        var missing = Path.Combine(folder.Path, "missing");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FeatureFile.Temporary(missing, images.Computation, Meter), Is.Null);
            Assert.That(warned, Has.One.Contains(missing).And.Contains("Each step computes the features again. Name a folder"));
        }
    }

    [Test]
    public void Temporary_NoFolderOnADisk_IsNullWithAWarning()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FeatureFile.Temporary(folder: null, images.Computation, Meter), Is.Null);
            Assert.That(warned, Has.One.Contains("take 36.0 KiB").And.Contains("no folder for a temporary file is on a disk"));
        }
    }

    private PhaseMeter Meter => new(null, told.Add) { Warned = warned.Add };
}

using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Reading.Cache;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Reading.Cache;

/// <summary>A cache that cannot be completed leaves no file of its own and does not change an earlier cache.</summary>
public sealed class ImageCacheWriterTests
{
    private static readonly ImageShape Shape = new() { Size = 1024 };

    [Test]
    public void Constructor_MoreThanTheDiskHas_SaysHowMuchItTakes()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "cache");
        Assert.That(
            () => new ImageCacheWriter(path, Shape, 1_000_000_000_000),
            Throws
                .TypeOf<CacheNotWrittenException>()
                .With.Message.Contains($"'{path}'")
                .And.Message.Contains("2.7 EiB for 1,000,000,000,000 images")
                .And.Message.Contains("Make room")
        );
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void Constructor_NoSuchFolder_SaysThatItMustExist() => AssertNotWritten(Path.Combine("nowhere", "cache"));

    [Test]
    [Platform("Linux")]
    public void Constructor_FolderThatMayNotBeWrittenTo_SaysSo() => AssertNotWritten("/proc/procrustean.cache"); // not even by root

    [Test]
    public void Finish_NotReached_LeavesTheEarlierCache()
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        var earlier = File.ReadAllBytes(folder.CachePath);
        using (var writer = new ImageCacheWriter(folder.CachePath, folder.Options.Shape, 9))
        {
            writer.Append(new byte[folder.Options.Shape.Bytes]);
            Assert.That(folder.Files.Count(), Is.EqualTo(2));
        }

        Assert.That(folder.Files, Is.EqualTo(new[] { "images.cache" }));
        Assert.That(File.ReadAllBytes(folder.CachePath), Is.EqualTo(earlier));
    }

    [Test]
    public void Finish_FolderInItsPlaceMeanwhile_LeavesNoFile()
    {
        using var folder = new CachedFolder();
        using (var writer = new ImageCacheWriter(folder.CachePath, folder.Options.Shape, 1))
        {
            writer.Append(new byte[folder.Options.Shape.Bytes]);
            Directory.CreateDirectory(folder.CachePath);
            Assert.That(
                () => writer.Finish(new byte[ImageKeys.Size], []),
                Throws.TypeOf<CacheNotWrittenException>().With.Message.Contains($"'{folder.CachePath}' cannot be written")
            );
        }

        Assert.That(folder.Files, Is.Empty);
    }

    [Test]
    public void Finish_ImageForWhichThereWasNoMemory_IsTriedAgain()
    {
        using var folder = new CachedFolder();
        var shape = folder.Options.Shape;
        var keys = Enumerable.Repeat((byte)1, 2 * ImageKeys.Size).ToArray();
        using (var writer = new ImageCacheWriter(folder.CachePath, shape, 2))
        {
            writer.Append(new byte[shape.Bytes]);
            writer.Finish([.. keys], [new(1, new ImageException("here", "there is no memory.") { IsOfMemory = true })]).Dispose();
        }

        using var cached = CachedPixels.Open(folder.CachePath, shape, keys, folder.Told.Add);
        Assert.That(cached, Is.Null);
        Assert.That(folder.Told, Has.One.Contains("rebuilt: row 1 "));
    }

    [Test]
    public void Read_CancelledWhileDecoding_LeavesNoFile()
    {
        using var folder = new CachedFolder();
        using var cancellation = new CancellationTokenSource();
        File.WriteAllText(folder.Paths[8], "no image"); // found and reported while decoding
        var options = folder.Options with { BadImages = BadImages.Skip, Cancellation = cancellation.Token };
        Assert.That(
            () => new LabelledImagesReader(options, _ => cancellation.Cancel()).Read(folder.Data),
            Throws.InstanceOf<OperationCanceledException>()
        );
        Assert.That(folder.Files, Is.Empty);
    }

    private static void AssertNotWritten(string path) =>
        Assert.That(
            () => new ImageCacheWriter(path, Shape, 1),
            Throws
                .TypeOf<CacheNotWrittenException>()
                .With.Message.Contains($"'{path}' cannot be written")
                .And.Message.Contains("in a folder that exists and may be written to")
                .And.Message.Contains("3.0 MiB")
        );
}

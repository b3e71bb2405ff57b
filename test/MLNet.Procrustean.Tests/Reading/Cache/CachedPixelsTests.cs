using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Reading.Cache;

public sealed class CachedPixelsTests
{
    private const int ImageBytes = 16 * 16 * 3;

    [Test]
    public void Rows_SomeInAnOrder_AreThoseOfTheImagesInMemory()
    {
        using var folder = new CachedFolder();
        using var cached = folder.Read();
        folder.Options = folder.Options with { CachePath = null };
        using var decoded = folder.Read();
        using var scope = NewDisposeScope();
        var rows = tensor(new long[] { 8, 0, 3, 3 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cached.Pixels.Count, Is.EqualTo(9));
            Assert.That(cached.Pixels.Rows(rows).shape, Is.EqualTo(new long[] { 4, 16, 16, 3 }));
            Assert.That(NetworkBits.Of(cached.Pixels.Rows(rows)), Is.EqualTo(NetworkBits.Of(decoded.Pixels.Rows(rows))));
            Assert.That(NetworkBits.Of(cached.Pixels.Narrow(2, 5)), Is.EqualTo(NetworkBits.Of(decoded.Pixels.Narrow(2, 5))));
            Assert.That(NetworkBits.Of(cached.Pixels.ChannelSums()), Is.EqualTo(NetworkBits.Of(decoded.Pixels.ChannelSums())));
        }
    }

    [Test]
    public void Rows_Taken_LeaveNoTensor()
    {
        using var folder = new CachedFolder();
        using var images = folder.Read();
        Assert.That(NativeMemory.TensorsLeftBy(() => images.Pixels.Narrow(1, 4).Dispose()), Is.Zero);
    }

    [Test]
    public void Rows_PixelChangedOnDisk_AreRefusedWhereItIs()
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        var bytes = File.ReadAllBytes(folder.CachePath);
        bytes[4096 + (5 * ImageBytes) + 100] ^= 1;
        File.WriteAllBytes(folder.CachePath, bytes);
        using var images = folder.Read();
        using var others = images.Pixels.Narrow(0, 5);
        AssertDamaged(() => images.Pixels.Narrow(5, 1), folder.CachePath, 5);
    }

    [Test]
    public void Rows_FileCutShortWhileOpen_AreRefused()
    {
        using var folder = new CachedFolder();
        using var images = folder.Read();
        using (var file = new FileStream(folder.CachePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(4096 + (7 * ImageBytes) + 5);
        }

        AssertDamaged(() => images.Pixels.Narrow(7, 1), folder.CachePath, 7);
    }

    [Test]
    public void Rows_CacheReplacedWhileOpen_AreThoseOfBefore()
    {
        using var folder = new CachedFolder();
        using var images = folder.Read();
        using var before = images.Pixels.Narrow(0, 9);
        File.WriteAllBytes(folder.Paths[0], ImageFolders.Png(1, 50));
        folder.Read().Dispose();
        using var after = images.Pixels.Narrow(0, 9);
        Assert.That(NetworkBits.Of(after), Is.EqualTo(NetworkBits.Of(before)));
    }

    private static void AssertDamaged(Action read, string path, int image) =>
        Assert.That(
            read,
            Throws
                .TypeOf<IOException>()
                .With.Message.Contains($"'{path}'")
                .And.Message.Contains($"damaged at image {image} ")
                .And.Message.Contains("Remove it")
        );
}

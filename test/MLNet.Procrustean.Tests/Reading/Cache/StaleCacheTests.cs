using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Reading.Cache;

/// <summary>A cache of other images is rebuilt, with a message that says why; a file that is not a cache is left alone.</summary>
public sealed class StaleCacheTests
{
    private static readonly Dictionary<string, (Action<CachedFolder> Change, string Reason)> ChangeOf = new()
    {
        ["touched"] = (folder => File.SetLastWriteTimeUtc(folder.Paths[4], DateTime.UtcNow.AddSeconds(-5)), "row 4 "),
        ["replaced"] = (folder => File.WriteAllBytes(folder.Paths[7], ImageFolders.Png(0, 99)), "row 7 "),
        ["one more"] = (
            folder => File.WriteAllBytes(folder.Paths[8] + ".png", ImageFolders.Png(1, 99)),
            "it is of 9 rows, and the data has 10"
        ),
        ["size"] = (
            folder => folder.Options = folder.Options with { ImageSize = 20 },
            "16 × 16 × 3 bytes (Squash), and now 20 × 20 × 3 bytes (Squash)"
        ),
        ["channels"] = (folder => folder.Options = folder.Options with { Channels = 1 }, "now 16 × 16 × 1 bytes"),
        ["aspect"] = (folder => folder.Options = folder.Options with { AspectRatio = AspectRatio.Pad }, "now 16 × 16 × 3 bytes (Pad)"),
    };

    private static IEnumerable<string> Changes => ChangeOf.Keys;

    // Where the file is cut, so that these bytes stay: none, a part of the name, of the header, of the pixels, of the table, all but one.
    private static readonly int[] Cuts = [0, 10, 32, 100, 4095, 4096, 5000, 4096 + (9 * 768), -40, -1];

    [TestCaseSource(nameof(Changes))]
    public void Read_AfterAChange_RebuildsTheCache(string name)
    {
        var (change, reason) = ChangeOf[name];
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        change(folder);
        AssertRebuilt(folder, folder.Data, reason);
    }

    [Test]
    public void Read_OtherOrder_RebuildsTheCache()
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        AssertRebuilt(
            folder,
            folder.Rows([.. folder.Paths.Reverse().Select(path => (path, path.Contains("cat", StringComparison.Ordinal) ? "cat" : "dog"))]),
            "row 0 "
        );
    }

    [TestCaseSource(nameof(Cuts))]
    public void Read_CutShort_RebuildsTheCache(int kept)
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        var whole = File.ReadAllBytes(folder.CachePath);
        File.WriteAllBytes(folder.CachePath, whole[..(kept < 0 ? whole.Length + kept : kept)]);
        AssertRebuilt(folder, folder.Data, "it is cut short");
        Assert.That(File.ReadAllBytes(folder.CachePath), Is.EqualTo(whole));
    }

    [TestCase(32, "version")]
    [TestCase(37, "cut short, or its header damaged")]
    [TestCase(46, "cut short, or its header damaged")]
    [TestCase(60, "its header or its table is damaged")]
    [TestCase(-3, "its header or its table is damaged")]
    public void Read_ByteChangedBesideThePixels_RebuildsTheCache(int place, string reason)
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        var bytes = File.ReadAllBytes(folder.CachePath);
        bytes[place < 0 ? bytes.Length + place : place] ^= 0x40;
        File.WriteAllBytes(folder.CachePath, bytes);
        AssertRebuilt(folder, folder.Data, reason);
    }

    /// <summary>Version 1 holds photos in PNG as stored, whatever their EXIF orientation.</summary>
    [Test]
    public void Read_CacheOfVersion1_DecodesTheImagesAgain()
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        var bytes = File.ReadAllBytes(folder.CachePath);
        BitConverter.GetBytes(1).CopyTo(bytes, 32);
        bytes[5000] ^= 0xFF; // a pixel that is not to be served
        File.WriteAllBytes(folder.CachePath, bytes);
        AssertRebuilt(folder, folder.Data, "its format has version 1, and this library's is 2");
    }

    [Test]
    public void Read_SomethingElseInItsPlace_IsRefusedAndLeftAsItIs(
        [Values("notes", "MLNet.Procrustean model of ours, and longer than the name of the format")] string text
    )
    {
        using var folder = new CachedFolder();
        File.WriteAllText(folder.CachePath, text);
        Assert.That(
            () => folder.Read(),
            Throws.TypeOf<IOException>().With.Message.Contains(folder.CachePath).And.Message.Contains("another CachePath")
        );
        Assert.That(File.ReadAllText(folder.CachePath), Is.EqualTo(text));
        Assert.That(folder.Files, Is.EqualTo(new[] { "images.cache" }));
    }

    [Test]
    public void Read_FolderInItsPlace_IsRefused()
    {
        using var folder = new CachedFolder();
        Directory.CreateDirectory(folder.CachePath);
        Assert.That(() => folder.Read(), Throws.TypeOf<IOException>().With.Message.Contains("is a folder"));
    }

    private static void AssertRebuilt(CachedFolder folder, Microsoft.ML.IDataView data, string reason)
    {
        var pixels = folder.Pixels(data);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(folder.Told, Has.One.StartsWith($"The image cache '{folder.CachePath}' is rebuilt: ").And.One.Contains(reason));
            Assert.That(folder.Pixels(data), Is.EqualTo(pixels));
            Assert.That(folder.Told, Has.One.Contains("are those of the image cache"));
            Assert.That(folder.Files, Is.EqualTo(new[] { "images.cache" }));
            folder.Options = folder.Options with { CachePath = null };
            Assert.That(pixels, Is.EqualTo(folder.Pixels(data)));
        }
    }
}

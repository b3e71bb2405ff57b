using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Reading.Cache;

/// <summary>Images that could not be read when a cache was made are skipped again when it is read.</summary>
public sealed class CachedSkippingTests
{
    [Test]
    public void Read_BadImages_AreSkippedAgainWithTheSameMessages()
    {
        using var folder = new CachedFolder();
        File.WriteAllText(folder.Paths[0], "no image");
        File.WriteAllBytes(folder.Paths[6], []);
        folder.Options = folder.Options with { BadImages = BadImages.Skip };
        var rows = folder.Rows([
            .. folder.Paths.Select((path, i) => (path, i < 5 ? "cat" : "dog")),
            (folder.CachePath + ".missing.png", "dog"),
        ]);
        var bits = folder.Train(rows);
        var first = folder.Skipped.Select(problem => (problem.Origin, problem.Message)).ToList();

        folder.SpoilPhotos();
        Assert.That(folder.Train(rows), Is.EqualTo(bits));
        using var images = folder.Read(rows);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(folder.Told, Has.One.Contains("The 7 decoded images are those of the image cache"));
            Assert.That(
                first.Select(one => one.Origin),
                Is.EqualTo(new[] { folder.Paths[0], folder.Paths[6], folder.CachePath + ".missing.png" })
            );
            Assert.That(folder.Skipped.Select(problem => (problem.Origin, problem.Message)), Is.EqualTo(first));
            Assert.That(images.CountsOf(2), Is.EqualTo(new long[] { 4, 3 }));
        }
    }

    [Test]
    public void Read_SkippedThenRefused_IsRefusedFromTheCacheToo()
    {
        using var folder = new CachedFolder();
        File.WriteAllText(folder.Paths[3], "no image");
        folder.Options = folder.Options with { BadImages = BadImages.Skip };
        folder.Read().Dispose();
        folder.Options = folder.Options with { BadImages = BadImages.Refuse };
        Assert.That(() => folder.Read(), Throws.TypeOf<ImageException>().With.Property("Origin").EqualTo(folder.Paths[3]));
        Assert.That(folder.Told, Has.One.Contains("are those of the image cache"));
    }

    [Test]
    public void Read_RefusedImage_LeavesNoFile()
    {
        using var folder = new CachedFolder();
        File.WriteAllText(folder.Paths[3], "no image");
        Assert.That(() => folder.Read(), Throws.TypeOf<ImageException>());
        Assert.That(folder.Files, Is.Empty);
    }

    [Test]
    public void Read_MissingFileThatAppears_IsDecoded()
    {
        using var folder = new CachedFolder();
        var rows = folder.Rows([.. folder.Paths.Select((path, i) => (path, i < 5 ? "cat" : "dog"))]);
        var (path, content) = (folder.Paths[1], File.ReadAllBytes(folder.Paths[1]));
        File.Delete(path);
        folder.Options = folder.Options with { BadImages = BadImages.Skip };
        folder.Read(rows).Dispose();
        File.WriteAllBytes(path, content);
        using var images = folder.Read(rows);
        Assert.That(images.Count, Is.EqualTo(9));
        Assert.That(folder.Told, Has.One.Contains("row 1"));
    }

    [Test]
    public void Read_FileThatCouldNotBeOpened_IsTriedAgain()
    {
        using var folder = new CachedFolder();
        var rows = folder.Rows((folder.Paths[0], "cat"), (Path.GetDirectoryName(folder.Paths[0])!, "cat"), (folder.Paths[8], "dog"));
        folder.Options = folder.Options with { BadImages = BadImages.Skip };
        folder.Read(rows).Dispose();
        using var images = folder.Read(rows);
        Assert.That(images.Count, Is.EqualTo(2));
        Assert.That(folder.Told, Has.One.Contains("rebuilt: row 1").And.One.Contains("could not be read then"));
    }

    [TestCase(16, 0)]
    [TestCase(12, 4 * 255)] // the file alone is too long
    public void Read_ImageAboveTheLimit_IsTriedAgainUnderAnotherOne(int side, int bytesMore)
    {
        using var folder = new CachedFolder();
        Array.ForEach(folder.Paths, path => File.WriteAllBytes(path, TestImages.Png(12, 12, TestImages.Noise)));
        File.WriteAllBytes(folder.Paths[2], [.. TestImages.Png(side, side, TestImages.Noise), .. new byte[bytesMore]]);
        folder.Options = folder.Options with { BadImages = BadImages.Skip };
        AppContext.SetData(ImageDecoder.Setting, "255");
        try
        {
            folder.Read().Dispose();
            folder.Read().Dispose();
            Assert.That(folder.Skipped.Select(problem => problem.Origin), Is.EqualTo(new[] { folder.Paths[2] }));
            Assert.That(folder.Skipped[0].Message, Does.Contain(ImageDecoder.Setting));
            Assert.That(folder.Told, Has.One.Contains("are those of the image cache"), "under the same limit");
        }
        finally
        {
            AppContext.SetData(ImageDecoder.Setting, null);
        }

        using var images = folder.Read();
        Assert.That((images.Count, folder.Skipped.Count), Is.EqualTo((9, 0)));
        Assert.That(folder.Told, Has.One.Contains("rebuilt: row 2").And.One.Contains("could not be read then"));
    }
}

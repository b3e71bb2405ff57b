using MLNet.Procrustean.Images;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Reading.Cache;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Reading.Cache;

/// <summary>A cache that cannot be written does not stop the training.</summary>
public sealed class UnwrittenCacheTests
{
    [Test]
    public void Read_NoSuchFolder_DecodesIntoMemoryWithAWarning()
    {
        using var folder = new CachedFolder();
        var cached = folder.Options;
        folder.Options = cached with { CachePath = null };
        var expected = folder.Train();
        folder.Options = cached with { CachePath = Path.Combine(folder.CachePath, "nowhere", "cache") };
        var warnings = new List<string>();
        using var images = new LabelledImagesReader(folder.Options, folder.Skipped.Add, folder.Told.Add, warnings.Add).Read(folder.Data);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SmallTraining.Weights(folder.Options, images), Is.EqualTo(expected));
            Assert.That(warnings, Has.Count.EqualTo(1));
            Assert.That(
                warnings,
                Has.Some.Contains($"'{folder.Options.CachePath}' cannot be written")
                    .And.Some.Contains("decodes its images into memory instead")
            );
            Assert.That(folder.Files, Is.Empty);
        }
    }

    // 1100 rows are decoded in three parts: the disk is full after the first. One image is skipped in the first part, and one in the last.
    [Test]
    [Category(FaultsTried.Category)]
    [Platform("Linux", Reason = "The limit is Linux's own.")]
    public void Read_DiskFullWhileDecoding_DecodesIntoMemoryAndSkipsEachImageOnce()
    {
        using var folder = new CachedFolder();
        var paths = folder.Paths;
        folder.Read().Dispose();
        var earlier = File.ReadAllBytes(folder.CachePath);
        (string, string) Row(int row) =>
            row is 3 or 1090 ? ($"{row}.png", "cat") : (paths[row % paths.Length], row % 2 == 0 ? "cat" : "dog");
        var rows = folder.Rows([.. Enumerable.Range(0, 1100).Select(Row)]);
        var options = folder.Options with { BadImages = BadImages.Skip };
        folder.Options = options with { CachePath = null };
        var expected = folder.Pixels(rows);

        var (warnings, skipped) = (new List<string>(), new List<string>());
        FileSizeLimit? limit = null;
        void Skip(ImageException problem)
        {
            skipped.Add(problem.Origin);
            limit ??= new(ImageCacheFile.PixelsStart + (600 * options.Shape.Bytes));
        }

        LabelledImages images;
        try
        {
            images = new LabelledImagesReader(options, Skip, folder.Told.Add, warnings.Add).Read(rows);
        }
        finally
        {
            limit?.Dispose();
        }

        using (images)
        using (var pixels = images.Pixels.Narrow(0, images.Count))
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(pixels), Is.EqualTo(expected));
            Assert.That(skipped, Is.EqualTo(new[] { "3.png", "1090.png" }));
            Assert.That(warnings, Has.Count.EqualTo(1).And.Some.Contains("cannot be written"));
            Assert.That(folder.Files, Is.EqualTo(new[] { "images.cache" }));
            Assert.That(File.ReadAllBytes(folder.CachePath), Is.EqualTo(earlier));
        }

        FaultsTried.Record(
            "Training",
            "disk of the image cache full while it is written",
            1,
            "decoded into memory with a warning: the same pixels, each bad image reported once, the earlier cache unchanged"
        );
    }

    [Test]
    public void Read_LeftoverOfAKilledTraining_IsDeletedByTheNext()
    {
        using var folder = new CachedFolder();
        File.WriteAllBytes($"{folder.CachePath}.{Guid.NewGuid():N}.tmp", new byte[100_000]);
        folder.Read().Dispose();
        Assert.That(folder.Files, Is.EqualTo(new[] { "images.cache" }));
    }
}

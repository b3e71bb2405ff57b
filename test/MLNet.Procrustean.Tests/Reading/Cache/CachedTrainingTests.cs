using Microsoft.ML;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Reading.Cache;

/// <summary>A cache changes when images are decoded, and nothing else.</summary>
public sealed class CachedTrainingTests
{
    private readonly MLContext ml = new(seed: 1);

    [Test]
    public void Fit_WithAndWithoutCache_GivesTheSameModel([Values(0, 0.3)] double validationFraction)
    {
        using var folder = new TemporaryFolder();
        var options = TinyModel.Options with { ValidationSetFraction = validationFraction };
        using var without = TinyModel.Trainer(ml, options).Fit(TinyModel.Shared.Keyed);
        var expected = TinyModel.Scores(without.Transform(TinyModel.Shared.Images));
        foreach (var fit in new[] { "first", "second", "third" })
        {
            using var model = TinyModel
                .Trainer(ml, options with { CachePath = Path.Combine(folder.Path, "cache") })
                .Fit(TinyModel.Shared.Keyed);
            Assert.That(TinyModel.Scores(model.Transform(TinyModel.Shared.Images)), Is.EqualTo(expected), fit);
            Assert.That(
                model.EpochReports.Select(report => report.ValidationMacroAccuracy),
                Is.EqualTo(without.EpochReports.Select(report => report.ValidationMacroAccuracy)),
                fit
            );
        }
    }

    [Test]
    public void Fit_ThenDispose_LeavesNoTensorsAndNoOpenFile()
    {
        using var folder = new TemporaryFolder();
        var options = TinyModel.Options with
        {
            Epochs = 1,
            ValidationSetFraction = 0.3,
            CachePath = Path.Combine(folder.Path, "cache"),
            Diagnostics = new(),
        };

        var left = NativeMemory.TensorsLeftBy(() => TinyModel.Trainer(ml, options).Fit(TinyModel.Shared.Keyed).Dispose());

        Assert.That(left, Is.LessThanOrEqualTo(TinyModel.Parameters));
        Assert.That(() => File.Open(options.CachePath, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Train_Again_GivesTheSameBitsWithoutDecoding()
    {
        using var folder = new CachedFolder();
        var cached = folder.Options;
        folder.Options = cached with { CachePath = null };
        var expected = folder.Train();
        folder.Options = cached;
        Assert.That(folder.Train(), Is.EqualTo(expected), "while it is made");
        folder.SpoilPhotos();
        Assert.That(folder.Train(), Is.EqualTo(expected), "from the cache");
        Assert.That(folder.Told, Has.One.EqualTo($"The 9 decoded images are those of the image cache '{folder.CachePath}'."));
        folder.Options = cached with { CachePath = null };
        Assert.That(() => folder.Train(), Throws.TypeOf<ImageException>(), "and there is nothing left to decode");
    }

    [Test]
    public void Read_OtherLabels_AreThoseOfTheData()
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        var paths = folder.Paths;
        using var images = folder.Read(
            folder.Rows([
                .. paths.Select(
                    (path, i) =>
                        (
                            path,
                            i == 0 ? "dog"
                            : i < 5 ? "cat"
                            : "dog"
                        )
                ),
            ])
        );
        Assert.That(images.CountsOf(2), Is.EqualTo(new long[] { 4, 5 }));
        Assert.That(folder.Told, Has.One.Contains("are those of the image cache"));
    }

    [Test]
    public void Read_ValidationSet_HasACacheOfItsOwn()
    {
        using var folder = new CachedFolder();
        var held = folder.Rows((folder.Paths[0], "cat"), (folder.Paths[8], "dog"));
        LabelledImagesReader Reader() => new(folder.Options, _ => { }, folder.Told.Add);
        using (var made = Reader().Read(folder.Data, held))
        {
            Assert.That(folder.Files, Is.EqualTo(new[] { "images.cache", "images.cache.validation" }));
        }

        folder.SpoilPhotos();
        using var images = Reader().Read(folder.Data, held);
        Assert.That((images.Train.Count, images.Validation!.Count), Is.EqualTo((9, 2)));
    }

    [Test]
    public void Read_ColumnOfBytes_IsKnownByTheBytes()
    {
        using var folder = new CachedFolder();
        folder.Options = folder.Options with { ImageColumnName = "Bytes", CachePath = null };
        IDataView Loaded() => ml.Transforms.LoadRawImageBytes("Bytes", "", "ImagePath").Fit(folder.Data).Transform(folder.Data);
        var expected = folder.Pixels(Loaded());
        folder.Options = folder.Options with { CachePath = folder.CachePath };
        Assert.That(folder.Pixels(Loaded()), Is.EqualTo(expected));
        File.SetLastWriteTimeUtc(folder.Paths[2], DateTime.UtcNow.AddDays(-1));
        Assert.That(folder.Pixels(Loaded()), Is.EqualTo(expected));
        Assert.That(folder.Told, Has.One.Contains("are those of the image cache"));
        File.WriteAllBytes(folder.Paths[2], ImageFolders.Png(1, 77));
        Assert.That(folder.Pixels(Loaded()), Is.Not.EqualTo(expected));
        Assert.That(folder.Told, Has.One.Contains("rebuilt: row 2"));
    }

    [Test]
    public void Read_ColumnOfLoadedImages_SaysWhatToGive()
    {
        using var folder = new CachedFolder();
        folder.Options = folder.Options with { ImageColumnName = "Image" };
        var loaded = ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(folder.Data).Transform(folder.Data);
        Assert.That(
            () => folder.Read(loaded),
            Throws
                .ArgumentException.With.Message.Contains("CachePath")
                .And.Message.Contains("'Image'")
                .And.Message.Contains("LoadRawImageBytes")
        );
    }
}

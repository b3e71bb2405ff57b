using Microsoft.ML;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Tests.Reading.Cache;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Reading;

/// <summary>An image has the label of its row, also where the data gives its rows in another order each time it is read.</summary>
public sealed class ReorderedReadingTests
{
    [Test]
    public void Read_RowsInAnotherOrderEachTime_GivesEachImageItsLabel([Values] bool cached, [Values("ImagePath", "Bytes")] string column)
    {
        using var folder = new CachedFolder();
        folder.Options = folder.Options with { ImageColumnName = column, CachePath = cached ? folder.CachePath : null };
        var ml = new MLContext(seed: 1);
        var data = Reordered(folder, ReshuffledRows.Of(Rows(folder)));
        data = ml.Transforms.LoadRawImageBytes("Bytes", "", "ImagePath").Fit(data).Transform(data);
        for (var read = 0; read < 3; read++)
        {
            using var images = folder.Read(data);
            AssertLabels(images, cats: 5, dogs: 4);
        }
    }

    [Test(Description = "ML.NET's cache keeps each column from the pass in which it was first asked for.")]
    public void Read_RowsInAnotherOrderBehindACache_GivesEachImageItsLabel(
        [Values("nothing", "TrainTestSplit", "FilterByCustomPredicate")] string above,
        [Values("ImagePath", "Bytes")] string column
    )
    {
        using var folder = new CachedFolder();
        folder.Options = folder.Options with { ImageColumnName = column, CachePath = null };
        var ml = new MLContext(seed: 1);
        var data = ml.Data.Cache(Reordered(folder, ReshuffledRows.Of(Rows(folder))));
        data = ml.Transforms.LoadRawImageBytes("Bytes", "", "ImagePath").Fit(data).Transform(data);
        data = above switch
        {
            "TrainTestSplit" => ml.Data.TrainTestSplit(data, 1e-9).TrainSet, // of all rows
            "FilterByCustomPredicate" => ml.Data.FilterByCustomPredicate<Located>(data, row => row.ImagePath.Length == 0),
            _ => data,
        };
        using var images = folder.Read(data);
        AssertLabels(images, cats: 5, dogs: 4);
    }

    [Test]
    public void Read_RowsInAnotherOrderWithABadImage_LeavesItOut([Values] bool cached)
    {
        using var folder = new CachedFolder();
        File.WriteAllText(folder.Paths[2], "no image");
        folder.Options = folder.Options with { BadImages = BadImages.Skip, CachePath = cached ? folder.CachePath : null };
        var data = Reordered(folder, ReshuffledRows.Of(Rows(folder)));
        for (var read = 0; read < 2; read++)
        {
            using var images = folder.Read(data);
            AssertLabels(images, cats: 4, dogs: 4);
            Assert.That(folder.Skipped.Select(problem => problem.Origin), Is.EqualTo(new[] { folder.Paths[2] }));
        }
    }

    // Labels and keys in the order of the folder, and images in the reverse one: the cache is of the latter.
    [Test]
    public void Read_ImagesInAnotherOrderThanTheirKeys_MakesACacheOfWhatWasDecoded()
    {
        using var folder = new CachedFolder();
        var (rows, reads) = (Rows(folder), 0);
        IEnumerable<LabelledImageFile> ReversedAtTheThirdRead()
        {
            reads++;
            return reads == 3 ? rows.AsEnumerable().Reverse() : rows;
        }

        var warnings = new List<string>();
        using (
            var images = new LabelledImagesReader(folder.Options, _ => { }, warned: warnings.Add).Read(
                Reordered(folder, new Enumeration(ReversedAtTheThirdRead))
            )
        )
        {
            AssertLabels(images, cats: 5, dogs: 4);
            Assert.That(images.Labels.data<long>().ToArray(), Is.EqualTo(new long[] { 1, 1, 1, 1, 0, 0, 0, 0, 0 }));
        }

        Assert.That(warnings, Has.Count.EqualTo(1).And.Some.Contains("in another order").And.Some.Contains("into a list"));
        folder.SpoilPhotos();
        using var fromCache = folder.Read(Reordered(folder, rows.AsEnumerable().Reverse()));
        Assert.That(folder.Told, Has.One.Contains("are those of the image cache"));
        AssertLabels(fromCache, cats: 5, dogs: 4);
        Assert.That(() => folder.Read(Reordered(folder, rows)), Throws.TypeOf<ImageException>(), "not those of the cache");
    }

    [Test]
    public void Read_SameOrderEachTime_WarnsOfNothing([Values] bool cached)
    {
        using var folder = new CachedFolder();
        var warnings = new List<string>();
        var options = folder.Options with { CachePath = cached ? folder.CachePath : null };
        new LabelledImagesReader(options, _ => { }, warned: warnings.Add).Read(folder.Data).Dispose();
        Assert.That(warnings, Is.Empty);
    }

    private static List<LabelledImageFile> Rows(CachedFolder folder) =>
        [.. folder.Paths.Select((path, i) => new LabelledImageFile { ImagePath = path, Label = i < 5 ? "cat" : "dog" })];

    private static IDataView Reordered(CachedFolder folder, IEnumerable<LabelledImageFile> rows)
    {
        var ml = new MLContext(seed: 1);
        return ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Fit(ml.Data.LoadFromEnumerable(Rows(folder)))
            .Transform(ml.Data.LoadFromEnumerable(rows));
    }

    // Cats are red and dogs green.
    private static void AssertLabels(LabelledImages images, int cats, int dogs)
    {
        using var scope = NewDisposeScope();
        var means = images.Pixels.Narrow(0, images.Count).to(float32).mean([1L, 2L]); // [N, 3]
        var greener = means.select(1, 1).gt(means.select(1, 0)).to(int64);
        var labels = images.Labels.data<long>().ToArray();
        Assert.That(labels, Is.EqualTo(greener.data<long>().ToArray()));
        Assert.That((labels.Count(label => label == 0), labels.Count(label => label == 1)), Is.EqualTo((cats, dogs)));
    }

    private sealed class Enumeration(Func<IEnumerable<LabelledImageFile>> rows) : IEnumerable<LabelledImageFile>
    {
        public IEnumerator<LabelledImageFile> GetEnumerator() => rows().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Located
    {
        public string ImagePath { get; set; } = "";
    }
}

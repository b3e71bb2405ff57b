using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>A training is right also on data that gives its rows in another order each time it is read.</summary>
public sealed class ImageClassifierTrainingOrderTests
{
    private readonly MLContext ml = new(seed: 1);
    private TinyModel tiny = null!;

    [OneTimeSetUp]
    public void UseTheSharedImages() => tiny = TinyModel.Shared;

    [Test]
    public void Fit_RowsInAnotherOrderEachTime_LearnsAsFromAList([Values] bool cached, [Values(0, 0.3)] double validationFraction)
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, cached) with { ValidationSetFraction = validationFraction };
        var reshuffled = tiny.Keys.Transform(ReshuffledRows.OfImages(tiny));
        foreach (var data in new[] { tiny.Keyed, reshuffled, reshuffled })
        {
            using var model = TinyModel.Trainer(ml, options).Fit(data);
            var metrics = ml.MulticlassClassification.Evaluate(model.Transform(tiny.Keyed));
            Assert.That(metrics.MacroAccuracy, Is.GreaterThan(0.95));
            Assert.That(
                model.EpochReports[^1].ValidationMacroAccuracy ?? double.NaN,
                validationFraction > 0 ? Is.GreaterThan(0.9) : Is.NaN
            );
        }
    }

    [Test(Description = "ML.NET's cache keeps each column from the pass in which it was first asked for.")]
    public void Fit_BehindACacheCheckpoint_LearnsAsFromAList([Values] bool cached)
    {
        using var folder = new TemporaryFolder();
        var pipeline = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .AppendCacheCheckpoint(ml)
            .Append(TinyModel.Trainer(ml, Options(folder, cached)));
        using var model = pipeline.Fit(ReshuffledRows.OfImages(tiny));
        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(tiny.Images));
        Assert.That(metrics.MacroAccuracy, Is.GreaterThan(0.95));
    }

    [Test]
    public void Fit_ValidationSetInACache_MeasuresImagesByTheirLabels([Values] bool cached)
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, cached) with { ValidationSet = ml.Data.Cache(tiny.Keys.Transform(ReshuffledRows.OfImages(tiny))) };
        using var model = TinyModel.Trainer(ml, options).Fit(tiny.Keyed);
        Assert.That(model.EpochReports[^1].ValidationMacroAccuracy, Is.GreaterThan(0.9));
    }

    [Test]
    public void Fit_LabelsAloneInAnotherOrder_GivesTheModelOfTheList([Values] bool cached)
    {
        using var folder = new TemporaryFolder();
        var options = TinyModel.Options with { CachePath = cached ? Path.Combine(folder.Path, "cache") : null };
        var reversed = ml.Data.LoadFromEnumerable(ml.Data.CreateEnumerable<LabelledImageFile>(tiny.Images, false).Reverse().ToList());
        using var model = TinyModel.Trainer(ml, options).Fit(new TwoOrders(tiny.Keyed, tiny.Keys.Transform(reversed)));
        Assert.That(TinyModel.Scores(model.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
    }

    private static ImageClassifierOptions Options(TemporaryFolder folder, bool cached) =>
        TinyModel.Options with
        {
            Epochs = 12,
            LearningRate = 0.1,
            CachePath = cached ? Path.Combine(folder.Path, "cache") : null,
        };

    // Gives the rows of the first view where images are asked for, and otherwise those of the second.
    private sealed class TwoOrders(IDataView withImages, IDataView without) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => withImages.Schema;

        public long? GetRowCount() => withImages.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            var names = columnsNeeded.Select(column => column.Name).ToList();
            var view = names.Contains("ImagePath") ? withImages : without;
            return view.GetRowCursor(view.Schema.Where(column => columnsNeeded.Any(asked => asked.Index == column.Index)));
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded)];
    }
}

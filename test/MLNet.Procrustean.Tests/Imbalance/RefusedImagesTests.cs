using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Imbalance;

/// <summary>What an evaluation does at an image that cannot be read and that the model refuses.</summary>
public sealed class RefusedImagesTests
{
    private readonly MLContext ml = new(seed: 1);

    // MapKeyToValue and the cache read ahead on other threads, and wrap what is thrown there. Of a missing file there is a cause within it.
    [Test]
    public void Evaluate_BehindMapKeyToValue_ThrowsTheExceptionOfTheImage([Values] bool missing, [Values] bool cached)
    {
        using var folder = new TemporaryFolder();
        var bad = missing ? Path.Combine(folder.Path, "nowhere.png") : folder.Write("empty.png", []);
        using (Assert.EnterMultipleScope())
        {
            AssertRefused(scored => ml.MulticlassClassification.EvaluateImbalance(scored));
            AssertRefused(scored => ml.MulticlassClassification.EvaluateCalibration(scored));
        }

        void AssertRefused(Func<IDataView, object> evaluate)
        {
            var scored = cached ? ml.Data.Cache(Scored(bad)) : Scored(bad);
            Assert.That(() => evaluate(scored), Throws.TypeOf<ImageException>().With.Property(nameof(ImageException.Origin)).EqualTo(bad));
        }
    }

    private IDataView Scored(string bad)
    {
        var tiny = TinyModel.Shared;
        var names = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(tiny.Classifier.Transform(tiny.Keyed));
        LabelledImageFile[] rows = [new() { ImagePath = tiny.Paths[0], Label = "cat" }, new() { ImagePath = bad, Label = "cat" }];
        return tiny.Keys.Append(tiny.Classifier).Append(names).Transform(ml.Data.LoadFromEnumerable(rows));
    }
}

using Microsoft.ML;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>A network that is trained on rows of colours, saved and loaded.</summary>
internal static class ColourTraining
{
    /// <summary>The model tells three colours apart, is the same when loaded, and can be diagnosed.</summary>
    public static void AssertLearnsAndLoads(ImageClassifierOptions options)
    {
        var ml = new MLContext(seed: 1);
        var data = ColourRows.Of(ml, 24, 12, 12);
        options = options with { ImageColumnName = "Image", Seed = 1 };
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.zip");
        using var model = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(data);
        ml.Model.Save(model, data.Schema, path);
        using var loaded = (ImageClassifierModel)ml.Model.Load(path, out _);

        var test = ColourRows.Of(ml, 10, 10, 10);
        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(test));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.MacroAccuracy, Is.GreaterThan(0.9));
            Assert.That(ml.MulticlassClassification.Evaluate(loaded.Transform(test)).LogLoss, Is.EqualTo(metrics.LogLoss));
            Assert.That(model.Diagnose(data, test).ClassifierNorms, Has.Length.EqualTo(3));
        }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Onnx.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests;

public sealed class OnnxImageClassifierTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private SavedTinyModel saved = null!;
    private OnnxImageClassifier model = null!;

    [OneTimeSetUp]
    public void LoadTheExportedModel()
    {
        saved = new();
        model = Ml.Model.LoadOnnxImageClassifier(saved.Onnx);
    }

    [OneTimeTearDown]
    public void RemoveIt()
    {
        model.Dispose();
        saved.Dispose();
    }

    [Test]
    public void Transform_OfImages_GivesTheScoresOfTheModel() => saved.AssertEqual(Scores(model.Transform(SavedTinyModel.Model.Images)));

    [Test]
    public void Transform_OfImages_GivesTheColumnsOfTheModel()
    {
        var (exported, trained) = (
            model.GetOutputSchema(SavedTinyModel.Model.Images.Schema),
            SavedTinyModel.Model.Classifier.GetOutputSchema(SavedTinyModel.Model.Images.Schema)
        );

        Assert.That(exported.Select(column => (column.Name, column.Type.ToString())), Is.EqualTo(trained.Select(Described)));
        Assert.That(SlotNames(exported), Is.EqualTo(model.ClassNames));
        Assert.That(model.ClassNames, Is.EqualTo(SavedTinyModel.Model.Classifier.ClassNames));
        Assert.That(model.TrainingCounts, Is.EqualTo(SavedTinyModel.Model.Classifier.TrainingCounts));

        static (string, string) Described(DataViewSchema.Column column) => (column.Name, column.Type.ToString()!);
    }

    [Test]
    public void Evaluate_AndMapKeyToValue_WorkAsWithTheModel()
    {
        var scored = model.Transform(SavedTinyModel.Model.Keyed);

        var metrics = Ml.MulticlassClassification.Evaluate(scored);
        var names = Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);

        var trained = Ml.MulticlassClassification.Evaluate(SavedTinyModel.Model.Classifier.Transform(SavedTinyModel.Model.Keyed));
        Assert.That(metrics.ConfusionMatrix.Counts, Is.EqualTo(trained.ConfusionMatrix.Counts));
        Assert.That(names.GetColumn<string>("PredictedLabel").Distinct(), Is.SubsetOf(model.ClassNames));
    }

    [Test]
    public void Predict_OfOneImage_GivesItsScores()
    {
        var engine = Ml.Model.CreatePredictionEngine<LabelledImageFile, Score>(model); // not disposed: that would dispose the model

        saved.AssertEqual([.. SavedTinyModel.Model.Paths.Select(path => engine.Predict(new() { ImagePath = path }).Values)]);
    }

    [Test]
    public void Save_AndLoad_GivesTheSameScores()
    {
        var path = Path.Combine(saved.Folder, "exported.zip");
        Ml.Model.SaveAtomically(SavedTinyModel.Model.Keys.Append(model), SavedTinyModel.Model.Images.Schema, path);

        var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(path, out _);

        Assert.That(
            Scores(loaded.Transform(SavedTinyModel.Model.Images)),
            Is.EqualTo(Scores(model.Transform(SavedTinyModel.Model.Images)))
        );
        loaded.OfType<OnnxImageClassifier>().Single().Dispose();
    }

    [Test]
    public void WithFeatureColumn_AddsTheFeaturesOfTheModel()
    {
        using var exported = model.WithFeatureColumn("Embedding");
        using var trained = SavedTinyModel.Model.Classifier.WithFeatureColumn("Embedding");

        var features = exported.Transform(SavedTinyModel.Model.Images).GetColumn<float[]>("Embedding").SelectMany(row => row);

        var expected = trained.Transform(SavedTinyModel.Model.Images).GetColumn<float[]>("Embedding").SelectMany(row => row);
        Assert.That(features, Is.EqualTo(expected).Within(1e-5f));
        Assert.That(() => model.WithFeatureColumn("Score"), Throws.ArgumentException);
    }

    [Test]
    public void BadImages_Skipped_HaveMissingScoresAndAreTold()
    {
        using var skipping = model.WithFeatureColumn();
        var told = new List<string>();
        (skipping.BadImages, skipping.OnSkippedImage) = (BadImages.Skip, problem => told.Add(problem.Origin));
        var bad = Path.Combine(saved.Folder, "bad.png");
        File.WriteAllText(bad, "no image");
        var rows = Ml.Data.LoadFromEnumerable(
            new[] { bad, SavedTinyModel.Model.Paths[0] }.Select(path => new LabelledImageFile { ImagePath = path, Label = "" })
        );

        var scores = Scores(skipping.Transform(rows));

        Assert.That(scores[0], Is.All.NaN);
        Assert.That(scores[1], Is.EqualTo(saved.Scores[0]).Within(1e-6f));
        Assert.That(told, Is.EqualTo(new[] { bad }));
        Assert.That(() => Scores(model.Transform(rows)), Throws.InstanceOf<ImageException>(), "refused by default");
    }

    [Test]
    public void Dispose_ThenTransform_IsRefused()
    {
        var disposed = Ml.Model.LoadOnnxImageClassifier(saved.Onnx);
        var view = disposed.Transform(SavedTinyModel.Model.Images);
        disposed.Dispose();
        disposed.Dispose();

        Assert.That(() => Scores(view), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => disposed.Transform(SavedTinyModel.Model.Images), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static float[][] Scores(IDataView scored) => TinyModel.Scores(scored);

    private static string[] SlotNames(DataViewSchema schema)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["Score"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private sealed class Score
    {
        [ColumnName("Score")]
        public float[] Values { get; set; } = [];
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests.Support;

/// <summary>The shared model as files, and what it says of its own training images by libtorch.</summary>
internal sealed class SavedTinyModel : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SavedTinyModel()
    {
        Zip = Path.Combine(folder.Path, "model.zip");
        Onnx = Path.Combine(folder.Path, "model.onnx");
        Model.Context.Model.SaveAtomically(Model.Keys.Append(Model.Classifier), Model.Images.Schema, Zip);
        Model.Classifier.SaveOnnx(Onnx);
        Scores = Model.Scores();
    }

    public static TinyModel Model => TinyModel.Shared;

    public string Folder => folder.Path;

    public string Zip { get; }

    public string Onnx { get; }

    public float[][] Scores { get; }

    /// <summary>The classifier of a model file, loaded in a context of its own.</summary>
    public static ImageClassifierModel Load(string zip) =>
        ((TransformerChain<ITransformer>)new MLContext().Model.Load(zip, out _)).OfType<ImageClassifierModel>().Single();

    /// <summary>Checks probabilities against those of libtorch: rounding alone may differ, and no class.</summary>
    public void AssertEqual(float[][] scores)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scores.SelectMany(score => score), Is.EqualTo(Scores.SelectMany(score => score)).Within(1e-6f));
            Assert.That(scores.Select(Largest), Is.EqualTo(Scores.Select(Largest)));
        }
    }

    public void Dispose() => folder.Dispose();

    private static int Largest(float[] score) => Array.IndexOf(score, score.Max());
}

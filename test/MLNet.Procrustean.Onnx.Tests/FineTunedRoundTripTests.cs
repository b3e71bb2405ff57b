using Microsoft.ML;
using MLNet.Procrustean.Onnx.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests;

/// <summary>Weights come from an ONNX file, are refined, and leave as an ONNX file.</summary>
public sealed class FineTunedRoundTripTests
{
    [Test]
    public void Export_OfAFineTunedNetwork_EvaluatesAsTheModel()
    {
        var ml = new MLContext(seed: 1);
        var tiny = SavedTinyModel.Model;
        var options = new ImageClassifierOptions
        {
            InitialWeights = PretrainedWeights.ImageNetResNet18(),
            ImageSize = 32,
            FrozenStages = 5,
            Epochs = 3,
            Seed = 1,
        };
        using var model = TinyModel.Trainer(ml, options).Fit(tiny.Keyed);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");

        model.SaveOnnx(path);

        using var exported = ml.Model.LoadOnnxImageClassifier(path);
        var (before, after) = (
            ml.MulticlassClassification.Evaluate(model.Transform(tiny.Keyed)),
            ml.MulticlassClassification.Evaluate(exported.Transform(tiny.Keyed))
        );
        Assert.That(after.MacroAccuracy, Is.EqualTo(before.MacroAccuracy).And.GreaterThan(0.9));
        Assert.That(after.ConfusionMatrix.Counts, Is.EqualTo(before.ConfusionMatrix.Counts));
        Assert.That(after.LogLoss, Is.EqualTo(before.LogLoss).Within(5e-5)); // large logits have large rounding
    }
}

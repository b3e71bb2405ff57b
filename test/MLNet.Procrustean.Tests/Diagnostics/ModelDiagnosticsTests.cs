using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class ModelDiagnosticsTests
{
    [Test]
    public void Of_Classifier_GivesNormsCosinesAndEnergies()
    {
        using var scope = NewDisposeScope();
        double[][] weight =
        [
            [3, 4],
            [0, 2],
            [-1, 0],
        ];
        var train = new ImageFeatures(
            Matrix.Of([
                [1, 0],
                [0, 3],
                [2, 0],
                [0, 4],
            ]),
            tensor(new long[] { 0, 0, 1, 2 })
        );
        var found = ModelDiagnostics.Of(train, train, Matrix.Of(weight), zeros(3, float64), 1, new Generator(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.ClassifierNorms, Is.EqualTo(new[] { 5.0, 2, 1 }).Within(1e-12));
            Assert.That(
                found.ClassifierCosines.SelectMany(row => row),
                Is.EqualTo(new[] { 1, 0.8, -0.6, 0.8, 1, 0, -0.6, 0, 1 }).Within(1e-12)
            );
            Assert.That(found.ClassifierEnergy, Is.EqualTo((25 + 4 + 1) / 3.0).Within(1e-12));
            Assert.That(found.FeatureEnergy, Is.EqualTo((((1 + 9) / 2.0) + 4 + 16) / 3).Within(1e-12));
        }
    }
}

using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class EpochDiagnosticsTests
{
    private const int Classes = 4;
    private static readonly double[][] Features = Matrix.Random(9, 6, seed: 1);
    private static readonly double[][] Weight = Matrix.Random(Classes, 6, seed: 2);
    private static readonly double[] Bias = Matrix.Random(1, Classes, seed: 3)[0];
    private static readonly long[] Labels = [0, 1, 2, 3, 3, 2, 1, 0, 2];
    private static readonly double[] Major = [1, 0, 1, 0];

    [Test]
    public void Measure_Images_EqualsTheDefinition()
    {
        using var scope = NewDisposeScope();
        var measured = Measure();
        using (Assert.EnterMultipleScope())
        {
            for (var i = 0; i < Features.Length; i++)
            {
                var logits = Matrix.Logits(Features[i], Weight, Bias);
                var sum = logits.Sum(Math.Exp);
                var gradient = new double[6];
                for (var c = 0; c < Classes; c++)
                {
                    for (var d = 0; d < 6; d++)
                    {
                        gradient[d] += Weight[c][d] * ((Math.Exp(logits[c]) / sum) - (c == Labels[i] ? 1 : 0));
                    }
                }

                var predicted = Matrix.ArgMax(logits);
                Assert.That(measured[0][i], Is.EqualTo(predicted == Labels[i] ? 1 : 0));
                Assert.That(measured[1][i], Is.EqualTo(predicted is 0 or 2 ? 1 : 0));
                Assert.That(measured[2][i], Is.EqualTo(Matrix.Length(gradient)).Within(1e-12));
            }

            Assert.That(measured[0], Has.Some.EqualTo(1).And.Some.EqualTo(0));
            Assert.That(measured[1], Has.Some.EqualTo(1).And.Some.EqualTo(0));
        }
    }

    [Test]
    public void Measure_Gradients_AreThoseOfAutograd()
    {
        using var scope = NewDisposeScope();
        using var gradient = enable_grad();
        var h = Matrix.Of(Features).requires_grad_();
        nn.functional.cross_entropy(h.mm(Matrix.Of(Weight).t()) + tensor(Bias), tensor(Labels), reduction: nn.Reduction.Sum).backward();
        var expected = Enumerable.Range(0, Features.Length).Select(i => Matrix.Length(h.grad![i].data<double>().ToArray()));
        Assert.That(Measure()[2], Is.EqualTo(expected).Within(1e-12));
    }

    // 1 − p_y is e⁻⁴⁰ here, and softmax in float32 gives p_y = 1.
    [Test]
    public void Measure_ImageLearntWell_KeepsItsTinyGradient()
    {
        using var scope = NewDisposeScope();
        var measured = EpochDiagnostics.Measure(
            tensor(
                new float[,]
                {
                    { 20, -10 },
                }
            ),
            tensor(new long[] { 0 }),
            eye(2, dtype: float64),
            ones(2, float64)
        );
        Assert.That(measured[2].item<double>(), Is.EqualTo(Math.Sqrt(2) * Math.Exp(-30)).Within(1).Percent);
    }

    [Test]
    public void Of_MajorAndMinorClasses_AveragesEachOverItsClasses()
    {
        var diagnostics = EpochDiagnostics.Of([0.9, 0.8, 0.3, 0.1], [1, 0.9, 0.6, 0.2], [1, 3, 5, 7], [false, false, true, true]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(diagnostics.TrainingAccuracy, Is.EqualTo(new[] { 0.9, 0.8, 0.3, 0.1 }));
            Assert.That(diagnostics.FeatureGradients, Is.EqualTo(new[] { 1.0, 3, 5, 7 }));
            Assert.That(diagnostics.Leakage, Is.EqualTo(0.4).Within(1e-12));
            Assert.That(diagnostics.GradientRatio, Is.EqualTo(3).Within(1e-12));
        }
    }

    [Test]
    public void Of_NoMinorClass_HasNeitherLeakageNorRatio()
    {
        var diagnostics = EpochDiagnostics.Of([1, 1], [1, 1], [1, 3], [false, false]);
        Assert.That((diagnostics.Leakage, diagnostics.GradientRatio), Is.EqualTo(((double?)null, (double?)null)));
    }

    [Test]
    public void Of_MajorGradientsZero_HasNoRatio() =>
        Assert.That(EpochDiagnostics.Of([1, 0], [1, 1], [0, 3], [false, true]).GradientRatio, Is.Null);

    private static double[][] Measure()
    {
        var logits = Matrix.Of([.. Features.Select(h => Matrix.Logits(h, Weight, Bias))]);
        var measured = EpochDiagnostics.Measure(logits, tensor(Labels), Matrix.Of(Weight), tensor(Major));
        return [.. Enumerable.Range(0, 3).Select(row => measured[row].data<double>().ToArray())];
    }
}

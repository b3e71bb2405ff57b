using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class NeuralCollapseTests
{
    private const int Classes = 3;
    private const int Width = 5;
    private static readonly long[] Labels = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]; // S_w and S_b weigh classes alike, not images
    private static readonly double[][] Features = Matrix.Random(Labels.Length, Width, seed: 4);
    private static readonly double[][] Weight = Matrix.Random(Classes, Width, seed: 5);
    private static readonly double[] Bias = [0.1, -0.2, 0.3];
    private static readonly double[][] Means = [.. Enumerable.Range(0, Classes).Select(c => Matrix.Mean([.. OfClass(c)]))];
    private static readonly double[][] Centred = [.. Means.Select(mean => mean.Zip(Matrix.Mean(Means), (x, g) => x - g).ToArray())];

    [Test]
    public void Of_CompleteCollapse_IsZero()
    {
        using var scope = NewDisposeScope();
        // The corners e_c − 1/4 of a simplex, away from the origin; the classifier is dual to them.
        var corners = Enumerable
            .Range(0, 4)
            .Select(c => Enumerable.Range(0, 4).Select(d => (c == d ? 0.75 : -0.25) * 3).ToArray())
            .ToArray();
        var labels = new long[] { 0, 0, 0, 1, 2, 2, 3 };
        double[] offset = [5, -1, 2, 0.5];
        var features = labels.Select(label => corners[label].Zip(offset, (x, o) => x + o).ToArray()).ToArray();
        double[] bias = [.. corners.Select(w => -Matrix.Dot(w, offset))];
        var found = NeuralCollapse.Of(Matrix.Of(features), tensor(labels), Matrix.Of(corners), tensor(bias));
        Assert.That(Values(found), Is.All.EqualTo(0).Within(1e-12));
    }

    [Test]
    public void Of_Features_EqualsTheDefinitions()
    {
        using var scope = NewDisposeScope();
        var lengths = Centred.Select(Matrix.Length).ToArray();
        var (angles, pairs, mistakes) = (0.0, 0, new double[Classes]);
        for (var c = 0; c < Classes; c++)
        {
            for (var other = 0; other < Classes; other++)
            {
                if (c != other)
                {
                    angles += Math.Abs((Matrix.Dot(Centred[c], Centred[other]) / lengths[c] / lengths[other]) + (1.0 / (Classes - 1)));
                    pairs++;
                }
            }

            mistakes[c] = OfClass(c)
                .Average(h =>
                    Matrix.ArgMax(Matrix.Logits(h, Weight, Bias)) == Matrix.ArgMax([.. Means.Select(mean => -Matrix.Distance(h, mean))])
                        ? 0.0
                        : 1
                );
        }

        var (weightNorm, meansNorm) = (Matrix.Length([.. Weight.SelectMany(w => w)]), Matrix.Length([.. Centred.SelectMany(m => m)]));
        var gap = Enumerable
            .Range(0, Classes * Width)
            .Sum(i => Math.Pow((Weight[i / Width][i % Width] / weightNorm) - (Centred[i / Width][i % Width] / meansNorm), 2));
        var mean = lengths.Average();

        var found = NeuralCollapse.Of(Matrix.Of(Features), tensor(Labels), Matrix.Of(Weight), tensor(Bias));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Variability, Is.EqualTo(Variability()).Within(1e-9));
            Assert.That(
                found.UnequalNorms,
                Is.EqualTo(Math.Sqrt(lengths.Average(length => Math.Pow(length - mean, 2))) / mean).Within(1e-12)
            );
            Assert.That(found.UnequalAngles, Is.EqualTo(angles / pairs).Within(1e-12));
            Assert.That(found.DualityGap, Is.EqualTo(gap).Within(1e-12));
            Assert.That(found.NearestMeanDisagreement, Is.EqualTo(mistakes.Average()).Within(1e-12).And.GreaterThan(0));
        }
    }

    // Rounding gives S_b a direction that it does not have, whose inverse would be huge.
    [Test]
    public void Of_FeaturesFarFromTheOrigin_HasTheSameVariability()
    {
        using var scope = NewDisposeScope();
        var far = NeuralCollapse.Of(Matrix.Of(Features) + 1e5, tensor(Labels), Matrix.Of(Weight), tensor(Bias));
        Assert.That(far.Variability, Is.EqualTo(Variability()).Within(1e-6));
    }

    [Test]
    public void Of_AllMeansOnePoint_IsNaNWhereItDoesNotExist()
    {
        using var scope = NewDisposeScope();
        var same = NeuralCollapse.Of(ones(Labels.Length, Width, float64), tensor(Labels), Matrix.Of(Weight), tensor(Bias));
        Assert.That(Values(same).Take(4), Is.All.NaN);
    }

    private static double Variability()
    {
        var (within, between) = (new double[Width * Width], new double[Width * Width]);
        for (var i = 0; i < Width * Width; i++)
        {
            var (row, column) = (i / Width, i % Width);
            within[i] = Enumerable
                .Range(0, Classes)
                .Average(c => OfClass(c).Average(h => (h[row] - Means[c][row]) * (h[column] - Means[c][column])));
            between[i] = Centred.Average(mean => mean[row] * mean[column]);
        }

        using var scope = NewDisposeScope();
        var inverse = linalg.pinv(tensor(between).reshape(Width, Width), rtol: 1e-9, hermitian: true);
        return tensor(within).reshape(Width, Width).mm(inverse).trace().item<double>() / Classes;
    }

    private static IEnumerable<double[]> OfClass(int label) => Features.Where((_, i) => Labels[i] == label);

    private static double[] Values(NeuralCollapse found) =>
        [found.Variability, found.UnequalNorms, found.UnequalAngles, found.DualityGap, found.NearestMeanDisagreement];
}

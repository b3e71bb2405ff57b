using MLNet.Procrustean.Diagnostics.LayerPeeled;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics.LayerPeeled;

public sealed class LayerPeeledLogitsTests
{
    // A convex function with gradient G at Z is least on the ball at Z exactly if ⟨G, Z⟩ = −r ‖G‖₂; then ‖Z‖_* = r too, as G is not 0.
    [TestCase(1, 3, 2, 1)]
    [TestCase(4, 40, 30, 5, 5, 1)]
    [TestCase(7, 900, 700, 650, 300, 150, 149, 80, 31, 30, 4, 2)]
    [TestCase(12, 1, 100, 1, 1)]
    [TestCase(200, 100, 100, 1, 1)]
    public void Solve_AnyCounts_SatisfiesTheConditionsOfTheOptimum(double radius, params double[] counts)
    {
        using var scope = NewDisposeScope();
        double[] shares = [.. counts.Select(count => count / counts.Sum())];
        var (u, s, vt) = LayerPeeledLogits.Solve(shares, radius);
        var z = ToArray(u.mul(tensor(s)).mm(vt));
        var gradient = Gradient(z, shares);

        double inner = 0;
        for (var row = 0; row < counts.Length; row++)
        {
            for (var column = 0; column < counts.Length; column++)
            {
                inner += gradient[row, column] * z[row, column];
            }
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(inner / (radius * SpectralNorm(gradient)), Is.EqualTo(-1).Within(1e-7));
            Assert.That(linalg.svdvals(u.mul(tensor(s)).mm(vt)).sum().item<double>(), Is.EqualTo(radius).Within(1e-9 * radius));
        }
    }

    [Test]
    public void Objective_RandomLogits_IsTheLogarithmOfTheLossWithItsGradient()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        double[] shares = [0.5, 0.3, 0.2];
        var logits = randn([3, 3], float64, generator: random) * 3;
        var (logLoss, gradient) = LayerPeeledLogits.Objective(logits, tensor(shares).log());
        var z = ToArray(logits);
        var loss = Loss(z, shares);
        var expected = Gradient(z, shares);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(logLoss, Is.EqualTo(Math.Log(loss)).Within(1e-12));
            Assert.That(ToArray(gradient), Is.EqualTo(Scaled(expected, 1 / loss)).Within(1e-12));
        }
    }

    // The label's logit is 800 and the others are 0: CE = log(1 + 2 e^−800), and e^−800 is below the smallest number.
    [Test]
    public void Objective_LossBelowTheSmallestNumber_KeepsItsDigits()
    {
        using var scope = NewDisposeScope();
        var (logLoss, gradient) = LayerPeeledLogits.Objective(eye(3, dtype: float64) * 800, tensor([0.5, 0.3, 0.2]).log());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(logLoss, Is.EqualTo(Math.Log(2) - 800).Within(1e-12));
            Assert.That(
                ToArray(gradient),
                Is.EqualTo(
                        new[,]
                        {
                            { -0.5, 0.25, 0.25 },
                            { 0.15, -0.3, 0.15 },
                            { 0.1, 0.1, -0.2 },
                        }
                    )
                    .Within(1e-12)
            );
        }
    }

    private static double Loss(double[,] z, double[] shares)
    {
        var loss = 0.0;
        for (var k = 0; k < shares.Length; k++)
        {
            var sum = 0.0;
            for (var j = 0; j < shares.Length; j++)
            {
                sum += Math.Exp(z[k, j]);
            }

            loss -= shares[k] * Math.Log(Math.Exp(z[k, k]) / sum);
        }

        return loss;
    }

    // π_k · (softmax(Z_k)_j − [j = k])
    private static double[,] Gradient(double[,] z, double[] shares)
    {
        var gradient = new double[shares.Length, shares.Length];
        for (var k = 0; k < shares.Length; k++)
        {
            double others = 0,
                all = 0;
            for (var j = 0; j < shares.Length; j++)
            {
                all += Math.Exp(z[k, j]);
                others += j == k ? 0 : Math.Exp(z[k, j]);
            }

            for (var j = 0; j < shares.Length; j++)
            {
                gradient[k, j] = shares[k] * (j == k ? -others : Math.Exp(z[k, j])) / all;
            }
        }

        return gradient;
    }

    // By power iteration on GᵀG.
    private static double SpectralNorm(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        double[] right = [.. Enumerable.Range(0, size).Select(i => Math.Cos(i + 0.3))];
        var norm = 0.0;
        for (var i = 0; i < 20_000; i++)
        {
            var left = new double[size];
            var next = new double[size];
            for (var row = 0; row < size; row++)
            {
                for (var column = 0; column < size; column++)
                {
                    left[row] += matrix[row, column] * right[column];
                }
            }

            for (var row = 0; row < size; row++)
            {
                for (var column = 0; column < size; column++)
                {
                    next[column] += matrix[row, column] * left[row];
                }
            }

            var length = Math.Sqrt(next.Sum(value => value * value));
            norm = Math.Sqrt(length);
            right = Array.ConvertAll(next, value => value / length);
        }

        return norm;
    }

    private static double[,] Scaled(double[,] matrix, double factor)
    {
        var scaled = new double[matrix.GetLength(0), matrix.GetLength(1)];
        for (var row = 0; row < matrix.GetLength(0); row++)
        {
            for (var column = 0; column < matrix.GetLength(1); column++)
            {
                scaled[row, column] = matrix[row, column] * factor;
            }
        }

        return scaled;
    }

    private static double[,] ToArray(Tensor matrix) => (double[,])matrix.data<double>().ToNDArray();
}

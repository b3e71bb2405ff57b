using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Rules;

/// <summary>Attacks on a linear classifier of 12 values, which loops compute again, and on a small network.</summary>
public sealed class ProjectedGradientAttackTests
{
    private const int Classes = 4;
    private const int Values = 12;
    private static readonly long[] Labels = [2, 0, 3, 1, 0];
    private static readonly double[][] Weight =
    [
        .. Enumerable.Range(0, Values).Select(d => Enumerable.Range(0, Classes).Select(k => Math.Sin((7 * d) + (3 * k)) / 50).ToArray()),
    ];

    [Test]
    public void Change_EqualCosts_TakesTheStepsOfSignGradientsOfCrossEntropy([Values(1, 2, 5)] int steps)
    {
        var attack = new ProjectedGradientAttack { Steps = steps };
        var expected = Expected(attack, (p, y, d) => Enumerable.Range(0, Classes).Sum(k => (p[k] - (k == y ? 1 : 0)) * Weight[d][k]));
        Assert.That(Changed(attack, (y, j) => y == j ? 0 : 1), Is.EqualTo(expected).Within(1e-3));
    }

    [Test]
    public void Change_AnyCosts_AscendsTheExpectedCost()
    {
        double Cost(int y, int j) => y == j ? 0 : 1 + (y * 3) + (j * j);
        var attack = new ProjectedGradientAttack { Epsilon = 30, StepSize = 7 };
        // ∂/∂x_d Σ_j C_yj p_j = Σ_j C_yj p_j (W_dj − Σ_k p_k W_dk)
        double Slope(double[] p, int y, int d) =>
            Enumerable
                .Range(0, Classes)
                .Sum(j => Cost(y, j) * p[j] * (Weight[d][j] - p.Zip(Weight[d], (share, weight) => share * weight).Sum()));
        Assert.That(Changed(attack, Cost), Is.EqualTo(Expected(attack, Slope)).Within(1e-3));
    }

    [Test]
    public void Change_OneCostOfEachClass_IsTheAttackThatAimsAtItsClass()
    {
        int[] aims = [3, 0, 1, 2];
        var attack = new ProjectedGradientAttack { Epsilon = 20 };
        double Slope(double[] p, int y, int d) => Weight[d][aims[y]] - p.Zip(Weight[d], (share, weight) => share * weight).Sum();
        Assert.That(Changed(attack, (y, j) => j == aims[y] ? 0.25 : 0), Is.EqualTo(Expected(attack, Slope)).Within(1e-3));
    }

    [Test]
    public void Change_ClassWithoutCosts_LeavesItsImagesBitForBitAndNoOthers()
    {
        using var scope = NewDisposeScope();
        var changed = Changed(new(), (y, j) => y == j || y == 0 ? 0 : 1).Chunk(Values).ToArray();
        var same = changed.Zip(Images().data<float>().ToArray().Chunk(Values), (one, other) => one.SequenceEqual(other));
        Assert.That(same, Is.EqualTo(Labels.Select(label => label == 0)));
    }

    [TestCase(0.5, 0.2)]
    [TestCase(8, 2)]
    [TestCase(25.5, 40)]
    [TestCase(255, 100)]
    public void Change_AnySize_StaysInTheBallAndInTheRangeAndGoesAsFarAsItMay(double epsilon, double stepSize)
    {
        using var scope = NewDisposeScope();
        var attack = new ProjectedGradientAttack { Epsilon = epsilon, StepSize = stepSize };
        var images = Images().data<float>().ToArray();
        var changed = Changed(attack, (y, j) => y == j ? 0 : 1);
        var distances = images.Zip(changed, (from, to) => Math.Abs(from - to)).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(images, Does.Contain(0f).And.Contain(255f));
            Assert.That(changed, Has.All.InRange(0, 255));
            Assert.That(distances, Has.All.LessThanOrEqualTo(epsilon + 1e-4));
            Assert.That(distances.Max(), Is.EqualTo(epsilon).Within(1e-4));
        }
    }

    [Test]
    public void Change_NetworkThatIsSure_StillAttacks()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var images = Images();
        // p_y is 1 in single precision, where the gradient of cross entropy is 0
        Tensor Sure(Tensor x) => x.flatten(1).mm(WeightTensor()) + nn.functional.one_hot(tensor(Labels), Classes).to(float32) * 200;
        var costs = ones(Classes, Classes) - eye(Classes);
        var changed = new ProjectedGradientAttack { StepSize = 100 }.Change(images, tensor(Labels), costs, Sure, random);
        Assert.That((changed - images).abs().flatten(1).amax([1L]).data<float>().ToArray(), Has.All.EqualTo(8));
    }

    [Test]
    public void Change_Network_LeavesNoGradientAndNoTensorAndDrawsByItsGenerator()
    {
        using var network = SmallTraining.Options.Backbone.Build(channels: 3, classes: 3, seed: 1);
        network.eval();
        var before = NetworkBits.Of(network);
        var (one, again, other) = (Attacked(network, 1), Attacked(network, 1), Attacked(network, 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NativeMemory.TensorsLeftBy(() => Attacked(network, 1)), Is.Zero);
            Assert.That(again, Is.EqualTo(one));
            Assert.That(other, Is.Not.EqualTo(one));
            Assert.That(network.parameters().Where(weight => weight.grad is not null), Is.Empty);
            Assert.That(NetworkBits.Of(network), Is.EqualTo(before));
        }
    }

    [Test]
    public void Values_OutOfRange_AreRefused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new ProjectedGradientAttack { Epsilon = -1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ProjectedGradientAttack { Epsilon = 256 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ProjectedGradientAttack { Epsilon = double.NaN }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ProjectedGradientAttack { StepSize = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ProjectedGradientAttack { Steps = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ProjectedGradientAttack { Steps = 1001 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    private static byte[] Attacked(StagedNetwork network, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(seed);
        using var noGradient = no_grad(); // as the caller may have it
        using var images = ToyImages.Of(3, 2, 1);
        var pixels = images.Pixels.Narrow(0, images.Count).to(float32).permute(0, 3, 1, 2);
        var costs = ones(3, 3) - eye(3);
        return NetworkBits.Of(
            new ProjectedGradientAttack { Steps = 2 }.Change(pixels, images.Labels, costs, x => network.forward(x / 255), random)
        );
    }

    private static float[] Changed(ProjectedGradientAttack attack, Func<int, int, double> cost)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(5);
        var costs = tensor(
            (from y in Enumerable.Range(0, Classes) from j in Enumerable.Range(0, Classes) select (float)cost(y, j)).ToArray()
        );
        var logits = WeightTensor();
        return attack
            .Change(Images(), tensor(Labels), costs.reshape(Classes, Classes), x => x.flatten(1).mm(logits), random)
            .data<float>()
            .ToArray();
    }

    // The same by loops, from the same start; slope gives the derivative by value d, from the probabilities and the label.
    private static double[] Expected(ProjectedGradientAttack attack, Func<double[], int, int, double> slope)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(5);
        var images = Images();
        var uniform = rand(images.shape, generator: random).data<float>().ToArray();
        var from = images.data<float>().ToArray();
        var all = new List<double>();
        for (var i = 0; i < Labels.Length; i++)
        {
            double Within(double value, int d) =>
                Math.Clamp(
                    value,
                    Math.Max(0, from[(i * Values) + d] - attack.Epsilon),
                    Math.Min(255, from[(i * Values) + d] + attack.Epsilon)
                );
            double Start(int d) => from[(i * Values) + d] + (((2 * uniform[(i * Values) + d]) - 1) * attack.Epsilon);
            var x = Enumerable.Range(0, Values).Select(d => Within(Start(d), d)).ToArray();
            for (var step = 0; step < attack.Steps; step++)
            {
                var p = Probabilities(x);
                x = [.. x.Select((value, d) => Within(value + (attack.StepSize * Math.Sign(slope(p, (int)Labels[i], d))), d))];
            }

            all.AddRange(x);
        }

        return [.. all];
    }

    private static double[] Probabilities(double[] x)
    {
        var powers = Enumerable.Range(0, Classes).Select(k => Math.Exp(x.Select((value, d) => value * Weight[d][k]).Sum())).ToArray();
        return [.. powers.Select(power => power / powers.Sum())];
    }

    // [5, 3, 2, 2], with values at both ends.
    private static Tensor Images() =>
        tensor(
                Enumerable
                    .Range(0, Labels.Length * Values)
                    .Select(i =>
                        (float)(
                            i % 7 == 0 ? 0
                            : i % 11 == 0 ? 255
                            : i * 37 % 256
                        )
                    )
                    .ToArray()
            )
            .reshape(Labels.Length, 3, 2, 2);

    private static Tensor WeightTensor() => tensor(Weight.SelectMany(row => row).Select(w => (float)w).ToArray()).reshape(Values, Classes);
}

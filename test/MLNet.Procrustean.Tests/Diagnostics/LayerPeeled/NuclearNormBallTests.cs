using MLNet.Procrustean.Diagnostics.LayerPeeled;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics.LayerPeeled;

public sealed class NuclearNormBallTests
{
    [TestCase(0.5)]
    [TestCase(3)]
    [TestCase(9)]
    public void Shrink_ValuesOutside_TakesTheSameOffEachDownToZero(double radius)
    {
        double[] values = [1, 4, 0, 2.5, 4, 0.25];
        double low = 0,
            high = 4; // of what to take off, by halving
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            var sum = 0.0;
            foreach (var value in values)
            {
                sum += value > middle ? value - middle : 0;
            }

            (low, high) = sum > radius ? (middle, high) : (low, middle);
        }

        var shrunk = NuclearNormBall.Shrink(values, radius);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shrunk, Is.EqualTo(values.Select(value => value > low ? value - low : 0)).Within(1e-12));
            Assert.That(shrunk.Sum(), Is.EqualTo(radius).Within(1e-12));
            Assert.That(shrunk[2], Is.Zero);
        }
    }

    [Test]
    public void Shrink_ValuesInside_StayAsTheyAre() => Assert.That(NuclearNormBall.Shrink([1, 2, 0], 3), Is.EqualTo(new[] { 1.0, 2, 0 }));

    [Test]
    public void Project_MatrixOutside_IsNearerThanOtherPointsOfTheBall()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var matrix = randn([4, 4], float64, generator: random);
        var (u, s, vt) = NuclearNormBall.Project(matrix, radius: 2);
        var nearest = u.mul(tensor(s)).mm(vt);
        var distance = (matrix - nearest).norm().item<double>();
        Assert.That(linalg.svdvals(nearest).sum().item<double>(), Is.EqualTo(2).Within(1e-12));
        for (var i = 0; i < 100; i++)
        {
            var other = nearest + (0.1 * randn([4, 4], float64, generator: random));
            other *= 2 / Math.Max(2, linalg.svdvals(other).sum().item<double>());
            Assert.That((matrix - other).norm().item<double>(), Is.GreaterThan(distance));
        }
    }

    [Test]
    public void Gap_MinimumAndOppositeOfALinearFunction_IsZeroAndTwo()
    {
        using var scope = NewDisposeScope();
        var gradient = tensor(
            new double[,]
            {
                { 3, 0 },
                { 0, 1 },
            }
        );
        var steepest = tensor(
            new double[,]
            {
                { 5, 0 },
                { 0, 0 },
            }
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NuclearNormBall.Gap(gradient, -steepest, radius: 5), Is.Zero.Within(1e-15));
            Assert.That(NuclearNormBall.Gap(gradient, zeros(2, 2, float64), radius: 5), Is.EqualTo(1));
            Assert.That(NuclearNormBall.Gap(gradient, steepest, radius: 5), Is.EqualTo(2).Within(1e-15));
        }
    }
}

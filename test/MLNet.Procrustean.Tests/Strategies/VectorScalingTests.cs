using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class VectorScalingTests
{
    [Test]
    public void Loss_UnequalCounts_IsTheOneOfThePaper([Values(0.1, 0.5)] double gamma, [Values(0.75, 1.5)] double tau)
    {
        var n = LossOfStrategy.Counts.Counts;
        var expected = LossOfStrategy.CrossEntropy((z, c) => (z / Math.Pow(1000.0 / n[c], gamma)) + (tau * Math.Log(n[c] / 1297.0)));
        Assert.That(LossOfStrategy.Of(new VectorScaling { Gamma = gamma, Tau = tau }), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Loss_OneOfTheTwoOff_IsTheOther()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(LossOfStrategy.Of(new VectorScaling { Gamma = 0 }), Is.EqualTo(LossOfStrategy.Of(new LogitAdjustment())));
            Assert.That(
                LossOfStrategy.Of(new VectorScaling { Gamma = 0.2, Tau = 0 }),
                Is.EqualTo(LossOfStrategy.Of(new ClassDependentTemperatures()))
            );
        }
    }

    [Test]
    public void RuleFor_BothOff_IsPlainTraining() =>
        Assert.That(
            new VectorScaling { Gamma = 0, Tau = 0 }.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)),
            Is.EqualTo(new TrainingRule())
        );

    [TestCase(-0.1, 1)]
    [TestCase(2.1, 1)]
    [TestCase(1, -0.1)]
    [TestCase(1, 10.1)]
    public void Options_OutOfRange_AreRefused(double exponent, double strength) =>
        Assert.That(() => new VectorScaling { Gamma = exponent, Tau = strength }, Throws.InstanceOf<ArgumentOutOfRangeException>());
}

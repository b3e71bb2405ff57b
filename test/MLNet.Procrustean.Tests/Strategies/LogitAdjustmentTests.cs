using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class LogitAdjustmentTests
{
    [Test]
    public void Loss_UnequalCounts_IsTheOneOfThePaper([Values(0.5, 1, 3)] double tau)
    {
        var n = LossOfStrategy.Counts.Counts;
        var expected = LossOfStrategy.CrossEntropy((z, c) => z + (tau * Math.Log(n[c] / 1297.0)));
        Assert.That(LossOfStrategy.Of(new LogitAdjustment { Tau = tau }), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Loss_TauOne_IsTheBalancedSoftmax() =>
        Assert.That( // exp(z + log π) = π · exp(z)
            LossOfStrategy.Of(new LogitAdjustment())[3],
            Is.EqualTo(-Math.Log(250.0 / 1297)).Within(1e-5)
        );

    [Test]
    public void RuleFor_TauZero_IsPlainTraining() =>
        Assert.That(new LogitAdjustment { Tau = 0 }.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)), Is.EqualTo(new TrainingRule()));

    [TestCase(-0.1)]
    [TestCase(10.1)]
    [TestCase(double.NaN)]
    public void Tau_OutOfRange_SaysWhatIsAllowed(double strength) =>
        Assert.That(
            () => new LogitAdjustment { Tau = strength },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 10")
        );
}

using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class ClassDependentTemperaturesTests
{
    [Test]
    public void Loss_UnequalCounts_IsTheOneOfThePaper([Values(0.1, 0.4, 2)] double gamma)
    {
        var n = LossOfStrategy.Counts.Counts;
        var expected = LossOfStrategy.CrossEntropy((z, c) => z / Math.Pow(1000.0 / n[c], gamma));
        Assert.That(LossOfStrategy.Of(new ClassDependentTemperatures { Gamma = gamma }), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Loss_RareClassWithTheLargestLogit_IsLargerThanPlain() =>
        Assert.That( // the first image: class 2, 40 images, logit 3
            LossOfStrategy.Of(new ClassDependentTemperatures())[0],
            Is.GreaterThan(LossOfStrategy.Of(new PlainTraining())[0])
        );

    [Test]
    public void RuleFor_GammaZero_IsPlainTraining() =>
        Assert.That(
            new ClassDependentTemperatures { Gamma = 0 }.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)),
            Is.EqualTo(new TrainingRule())
        );

    [TestCase(-0.1)]
    [TestCase(2.1)]
    [TestCase(double.NaN)]
    public void Gamma_OutOfRange_SaysWhatIsAllowed(double exponent) =>
        Assert.That(
            () => new ClassDependentTemperatures { Gamma = exponent },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 2")
        );
}

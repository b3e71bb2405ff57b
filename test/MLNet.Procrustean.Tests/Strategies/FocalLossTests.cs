using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class FocalLossTests
{
    [Test]
    public void Loss_Images_IsTheOneOfThePaper([Values(0.5, 1, 2)] double gamma)
    {
        var expected = LossOfStrategy.CrossEntropy((z, _) => z).Select(loss => Math.Pow(1 - Math.Exp(-loss), gamma) * loss);
        Assert.That(LossOfStrategy.Of(new FocalLoss { Gamma = gamma }), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Loss_ImageClassifiedWithCertainty_HasAFiniteGradient([Values(0.5, 1, 2)] double gamma)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 200, 0, 0, 200 }).reshape(2, 2).requires_grad_(true); // −log p_y is 0 and 200
        new FocalLoss { Gamma = gamma }
            .RuleFor(new(1, 1, ToyImages.Counts(2, 1), CPU))
            .Loss(logits, zeros(2, ScalarType.Int64))
            .sum()
            .backward();
        var gradient = logits.grad!.data<float>().ToArray();
        Assert.That(gradient, Is.EqualTo(new float[] { 0, 0, -1, 1 }).Within(1e-3));
    }

    [Test]
    public void RuleFor_GammaZero_IsPlainTraining() =>
        Assert.That(new FocalLoss { Gamma = 0 }.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)), Is.EqualTo(new TrainingRule()));

    [TestCase(-0.1)]
    [TestCase(11)]
    [TestCase(double.NaN)]
    public void Gamma_OutOfRange_SaysWhatIsAllowed(double gamma) =>
        Assert.That(
            () => new FocalLoss { Gamma = gamma },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 10")
        );
}

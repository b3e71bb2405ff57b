using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class ClassBalancedWeightsTests
{
    [Test]
    public void Loss_UnequalCounts_IsTheOneOfThePaper([Values(0.9, 0.9999)] double beta)
    {
        var n = LossOfStrategy.Counts.Counts;
        var plain = LossOfStrategy.CrossEntropy((z, _) => z);
        var weights = new double[plain.Length];
        for (var i = 0; i < plain.Length; i++)
        {
            weights[i] = (1 - beta) / (1 - Math.Pow(beta, n[LossOfStrategy.Labels[i]]));
        }

        var expected = plain.Select((loss, i) => weights[i] / weights.Average() * loss);
        Assert.That(LossOfStrategy.Of(new ClassBalancedWeights { Beta = beta }), Is.EqualTo(expected).Within(1e-4).Percent);
    }

    [Test]
    public void Loss_MeanOverTheBatch_IsTheWeightedMeanOfTheFieldsCode()
    {
        using var scope = NewDisposeScope();
        var n = LossOfStrategy.Counts.Counts;
        var effective = n.Select(count => (1 - 0.9999) / (1 - Math.Pow(0.9999, count))).ToArray();
        var weights = tensor(effective.Select(w => (float)(w / effective.Sum() * n.Length)).ToArray()); // normalised to sum C
        var logits = tensor(LossOfStrategy.Logits.SelectMany(row => row).Select(z => (float)z).ToArray()).reshape(5, 4);
        var expected = nn.functional.cross_entropy(logits, tensor(LossOfStrategy.Labels.Select(label => (long)label).ToArray()), weights);
        Assert.That(LossOfStrategy.Of(new ClassBalancedWeights()).Average(), Is.EqualTo(expected.item<float>()).Within(1e-5));
    }

    private static readonly TrainingStrategy[] Others = [new LabelDistributionAwareMargin(), new FocalLoss { Gamma = 2 }];

    [TestCaseSource(nameof(Others))]
    public void Loss_OfAnotherStrategy_IsItsLossWeighted(TrainingStrategy other)
    {
        var n = LossOfStrategy.Counts.Counts;
        var weights = LossOfStrategy.Labels.Select(label => (1 - 0.9999) / (1 - Math.Pow(0.9999, n[label]))).ToArray();
        var expected = LossOfStrategy.Of(other).Select((loss, i) => weights[i] / weights.Average() * loss);
        var weighted = new ClassBalancedWeights { Of = other };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(LossOfStrategy.Of(weighted), Is.EqualTo(expected).Within(1e-3).Percent);
            Assert.That(
                weighted.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)).Head,
                Is.EqualTo(other.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)).Head)
            );
        }
    }

    [Test]
    public void RuleFor_BetaZero_IsPlainTraining() =>
        Assert.That(new ClassBalancedWeights { Beta = 0 }.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)), Is.EqualTo(new TrainingRule()));

    [TestCase(-0.1)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void Beta_OutOfRange_SaysWhatIsAllowed(double beta) =>
        Assert.That(
            () => new ClassBalancedWeights { Beta = beta },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 0.999999")
        );
}

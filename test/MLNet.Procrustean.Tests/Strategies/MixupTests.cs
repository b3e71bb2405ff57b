using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class MixupTests
{
    [Test]
    public void Shares_ManyBatches_AreThoseOfTheBetaDistribution([Values(0.01, 0.3, 1, 4)] double alpha)
    {
        using var scope = NewDisposeScope();
        var mixing = Mixing(new Mixup { Alpha = alpha });
        var random = new Generator(1);
        var labels = tensor(new long[] { 0, 1, 1 });
        var draws = Enumerable.Range(0, 4000).Select(_ => mixing.Shares(labels, labels, random).Lambda.data<float>()[0]).ToArray();
        var mean = draws.Average();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(draws, Is.All.InRange(0, 1));
            Assert.That(mean, Is.EqualTo(0.5).Within(0.03));
            // its variance
            Assert.That(draws.Average(draw => (draw - mean) * (draw - mean)), Is.EqualTo(1 / (4 * ((2 * alpha) + 1))).Within(0.01));
        }
    }

    [Test]
    public void Shares_OneBatch_AreTheSameForAllImagesAndTheirLabels()
    {
        using var scope = NewDisposeScope();
        var labels = tensor(new long[] { 0, 1, 2, 1 });
        var shares = Mixing(new Mixup()).Shares(labels, labels.flip(0), new Generator(5));
        var values = shares.Lambda.contiguous().data<float>().ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(values, Has.Length.EqualTo(4).And.All.EqualTo(values[0]));
            Assert.That(shares.Mu!.contiguous().data<float>().ToArray(), Is.EqualTo(values));
        }
    }

    [Test]
    public void Loss_MixedLabels_IsTheMixtureOfTheTwoLosses()
    {
        using var scope = NewDisposeScope();
        long[] partners = [3, 0, 1, 4, 2];
        float[] own = [0.2f, 0.2f, 1, 0, 0.7f];
        var logits = tensor(LossOfStrategy.Logits.SelectMany(row => row).Select(z => (float)z).ToArray()).reshape(5, 4);
        var labels = tensor(LossOfStrategy.Labels.Select(label => (long)label).ToArray());
        var loss = FeatureMixing.Loss(Losses.CrossEntropy, logits, labels, tensor(partners), tensor(own)).data<float>().ToArray();
        for (var i = 0; i < 5; i++)
        {
            var expected =
                (own[i] * NegativeLogSoftmax(i, LossOfStrategy.Labels[i]))
                + ((1 - own[i]) * NegativeLogSoftmax(i, LossOfStrategy.Labels[partners[i]]));
            Assert.That(loss[i], Is.EqualTo(expected).Within(1e-4));
        }
    }

    [Test]
    public void Check_StageTheBackboneLacks_Refuses() =>
        Assert.That(
            () => new Mixup { Depth = MixingDepth.BeforeStage(4) }.Check(new CifarResNet(), epochs: 1),
            Throws.ArgumentException.With.Message.Contains("stage 4")
        );

    [TestCase(0)]
    [TestCase(101)]
    [TestCase(double.NaN)]
    public void Alpha_OutOfRange_SaysWhatIsAllowed(double alpha) =>
        Assert.That(
            () => new Mixup { Alpha = alpha },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0.01 to 100")
        );

    private static FeatureMixing Mixing(TrainingStrategy strategy) => strategy.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)).Mixing!;

    private static double NegativeLogSoftmax(int row, int label) =>
        Math.Log(LossOfStrategy.Logits[row].Sum(Math.Exp)) - LossOfStrategy.Logits[row][label];
}

using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class RecommendedStrategyTests
{
    private static readonly LabelDistributionAwareMargin Margins = new();
    private static readonly MajorFeatureWeakening Mixing = new() { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) };
    private static readonly Combined MixedDraw = new(Mixing, new Combined(new ClassBalancedSampling { Q = 0.75 }, Margins));

    [TestCase(2, 2)]
    [TestCase(5, 5)]
    [TestCase(15, 13)]
    [TestCase(30, 25)]
    [TestCase(200, 161)]
    public void Parts_Epochs_ChangeInTheLastFifth(int epochs, int from)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RecommendedStrategy.Parts(epochs, ToyImages.Counts([400, .. Enumerable.Repeat(200L, 8)])), Is.EqualTo(Drawn(from)));
            Assert.That(
                RecommendedStrategy.Parts(epochs, ToyImages.Counts([400, .. Enumerable.Repeat(200L, 7), 199])),
                Is.EqualTo(Weighted(from)),
                "1,999 images"
            );
        }
    }

    [TestCase(20, 20, true)]
    [TestCase(500, 499, true)]
    [TestCase(1_999, 1_000, true)]
    [TestCase(2_000, 1_000, false)]
    public void Parts_SmallImbalanceRatio_ArePlainTraining(long largest, long rarest, bool expected) =>
        Assert.That(RecommendedStrategy.Parts(15, ToyImages.Counts(largest, rarest)) is PlainTraining, Is.EqualTo(expected));

    /// <summary>
    /// Five classes of 2,000 and five of 20: with a balanced draw at the end one of the 20 images is shown 189 times in 15 epochs and 239
    /// in 16, without it 118 times in 44 epochs and 121 in 45.
    /// </summary>
    [Test]
    public void Parts_DrawsThatRepeatTooOften_AreWeights()
    {
        var step = ToyImages.Counts([.. Enumerable.Repeat(2_000L, 5), .. Enumerable.Repeat(20L, 5)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RecommendedStrategy.Parts(15, step), Is.EqualTo(Drawn(13)));
            Assert.That(RecommendedStrategy.Parts(16, step), Is.EqualTo(DrawnThenWeighted(13)));
            Assert.That(RecommendedStrategy.Parts(44, step), Is.EqualTo(DrawnThenWeighted(36)));
            Assert.That(RecommendedStrategy.Parts(45, step), Is.EqualTo(Weighted(37)));
        }
    }

    [TestCase(1, 0)]
    [TestCase(7, 0)]
    [TestCase(15, 0)]
    [TestCase(15, 1)]
    public void TimesShown_Epochs_AreThoseOfTheOrdersOfTheTraining(int epochs, double q)
    {
        using var scope = NewDisposeScope();
        var counts = ToyImages.Counts(1_500, 600, 20);
        var last = new ClassBalancedSampling { Q = q };
        var draws = new Deferred(new ClassBalancedSampling { Q = 0.75 }, last, Math.Max(2, 1 + (4 * epochs / 5)));
        var labels = tensor(ToyImages.Labels([.. counts.Counts]));
        var random = new Generator(7);
        var shown = Enumerable
            .Range(1, epochs)
            .Select(epoch => EpochOrder.Sample(labels, draws.RuleFor(new(epoch, epochs, counts, CPU)).SamplingWeights, random))
            .Sum(order => labels[order].eq(2).sum().item<long>());
        Assert.That(shown / 20.0, Is.EqualTo(RecommendedStrategy.TimesShown(epochs, counts, last)).Within(epochs / 20.0));
    }

    [Test]
    public void Parts_OneEpoch_HasNoLastFifth() =>
        Assert.That(RecommendedStrategy.Parts(1, ToyImages.Counts(4_000, 1_000)), Is.InstanceOf<Combined>());

    [Test]
    public void Parts_NoEpoch_IsRefused() =>
        Assert.That(() => RecommendedStrategy.Parts(0, ToyImages.Counts(4_000, 1_000)), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Train_UnequalCounts_GivesTheBitsOfItsParts()
    {
        using var images = ToyImages.Of(20, 4, 9);
        var options = SmallTraining.Options with { Epochs = 3 };
        Assert.That(
            SmallTraining.Weights(options with { Strategy = new RecommendedStrategy() }, images),
            Is.EqualTo(SmallTraining.Weights(options with { Strategy = RecommendedStrategy.Parts(3, ToyImages.CountsOf(images)) }, images))
        );
    }

    [Test]
    public void Options_WithoutAStrategy_HaveIt() =>
        Assert.That(new ImageClassifierOptions().Strategy, Is.EqualTo(new RecommendedStrategy()));

    [Test]
    public void RuleFor_EqualCounts_HasTheLinearHead()
    {
        using var scope = NewDisposeScope();
        Assert.That(new RecommendedStrategy().RuleFor(new(1, 5, ToyImages.Counts(5, 5), CPU)).Head, Is.EqualTo(ClassifierHead.Linear));
    }

    private static Deferred Drawn(int from) => new(MixedDraw, new Combined(new ClassBalancedSampling(), Margins), from);

    private static Deferred DrawnThenWeighted(int from) => new(MixedDraw, new ClassBalancedWeights { Of = Margins }, from);

    private static Deferred Weighted(int from) => new(new Combined(Mixing, Margins), new ClassBalancedWeights { Of = Margins }, from);
}

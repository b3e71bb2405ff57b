using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class RecommendedStrategyTests
{
    private static readonly LabelDistributionAwareMargin Margins = new();
    private static readonly MajorFeatureWeakening Mixing = new() { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) };

    [TestCase(2, 2)]
    [TestCase(5, 5)]
    [TestCase(15, 13)]
    [TestCase(30, 25)]
    [TestCase(200, 161)]
    public void Parts_Epochs_ChangeInTheLastFifth(int epochs, int from)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                RecommendedStrategy.Parts(epochs, images: 2_000),
                Is.EqualTo(
                    new Deferred(
                        new Combined(Mixing, new Combined(new ClassBalancedSampling { Q = 0.75 }, Margins)),
                        new Combined(new ClassBalancedSampling(), Margins),
                        from
                    )
                )
            );
            Assert.That(
                RecommendedStrategy.Parts(epochs, images: 1_999),
                Is.EqualTo(new Deferred(new Combined(Mixing, Margins), new ClassBalancedWeights { Of = Margins }, from))
            );
        }
    }

    [Test]
    public void Parts_OneEpoch_HasNoLastFifth() => Assert.That(RecommendedStrategy.Parts(1, 5_000), Is.InstanceOf<Combined>());

    [Test]
    public void Parts_NoEpoch_IsRefused() =>
        Assert.That(() => RecommendedStrategy.Parts(0, 5_000), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Train_UnequalCounts_GivesTheBitsOfItsParts()
    {
        using var images = ToyImages.Of(20, 4, 9);
        var options = SmallTraining.Options with { Epochs = 3 };
        Assert.That(
            SmallTraining.Weights(options with { Strategy = new RecommendedStrategy() }, images),
            Is.EqualTo(SmallTraining.Weights(options with { Strategy = RecommendedStrategy.Parts(3, 33) }, images))
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
}

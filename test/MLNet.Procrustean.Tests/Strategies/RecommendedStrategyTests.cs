using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class RecommendedStrategyTests
{
    [TestCase(2, 2)]
    [TestCase(5, 5)]
    [TestCase(15, 13)]
    [TestCase(30, 25)]
    [TestCase(200, 161)]
    public void Parts_Epochs_DrawClassesEquallyInTheLastFifth(int epochs, int from)
    {
        var margins = new LabelDistributionAwareMargin();
        var mixing = new MajorFeatureWeakening { MinLambda = 0.9, Depth = MixingDepth.BeforeStage(3) };
        Assert.That(
            RecommendedStrategy.Parts(epochs),
            Is.EqualTo(
                new Deferred(
                    new Combined(mixing, new Combined(new ClassBalancedSampling { Q = 0.75 }, margins)),
                    new Combined(new ClassBalancedSampling(), margins),
                    from
                )
            )
        );
    }

    [Test]
    public void Parts_OneEpoch_HasNoLastFifth() => Assert.That(RecommendedStrategy.Parts(1), Is.InstanceOf<Combined>());

    [Test]
    public void Parts_NoEpoch_IsRefused() =>
        Assert.That(() => RecommendedStrategy.Parts(0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Train_UnequalCounts_GivesTheBitsOfItsParts()
    {
        using var images = ToyImages.Of(20, 4, 9);
        var options = SmallTraining.Options with { Epochs = 3 };
        Assert.That(
            SmallTraining.Weights(options with { Strategy = new RecommendedStrategy() }, images),
            Is.EqualTo(SmallTraining.Weights(options with { Strategy = RecommendedStrategy.Parts(3) }, images))
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

using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class CombinedTests
{
    private static readonly MajorFeatureWeakening Mixing = new() { Depth = MixingDepth.Input, MinLambda = 0.5 };

    [Test]
    public void RuleFor_MixingAndLoss_TakesOneOfEachInEitherOrder([Values] bool mixingFirst)
    {
        using var scope = NewDisposeScope();
        var combined = mixingFirst ? new Combined(Mixing, new LogitAdjustment()) : new Combined(new LogitAdjustment(), Mixing);
        var rule = Rule(combined);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rule.Mixing!.Depth, Is.EqualTo(MixingDepth.Input));
            Assert.That(rule.SamplingWeights, Is.Null);
            Assert.That(LossOfStrategy.Of(combined), Is.EqualTo(LossOfStrategy.Of(new LogitAdjustment())));
        }
    }

    [Test]
    public void RuleFor_AllFivePlaces_FillsEach()
    {
        using var scope = NewDisposeScope();
        var both = new Combined(new CostSensitiveAdversarialTraining(), new LabelDistributionAwareMargin());
        var rule = Rule(new Combined(new Combined(new ClassBalancedSampling(), Mixing), both));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rule.Head, Is.EqualTo(ClassifierHead.Cosine));
            Assert.That(rule.SamplingWeights, Is.Not.Null);
            Assert.That(rule.Perturbation, Is.Not.Null);
            Assert.That(rule.Mixing, Is.Not.Null);
            Assert.That(rule.Loss, Is.Not.EqualTo(new TrainingRule().Loss));
        }
    }

    [TestCaseSource(nameof(Conflicts))]
    public void RuleFor_TwoForOnePlace_IsRefused(TrainingStrategy first, TrainingStrategy second, string place)
    {
        using var scope = NewDisposeScope();
        Assert.That(
            () => Rule(new Combined(first, second)),
            Throws.ArgumentException.With.Message.Contains($"decide about the {place}").And.Message.Contains("leave one")
        );
    }

    [Test]
    public void Check_APartThatCannotBeCarriedOut_IsRefused()
    {
        var impossible = new MajorFeatureWeakening { Depth = MixingDepth.BeforeStage(9) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new Combined(impossible, new LogitAdjustment()).Check(new CifarResNet(), 10),
                Throws.ArgumentException.With.Message.Contains("stage 9")
            );
            Assert.That(
                () =>
                    new Combined(new MajorFeatureWeakening(), new Deferred(new PlainTraining(), new LogitAdjustment(), 11)).Check(
                        new CifarResNet(),
                        10
                    ),
                Throws.ArgumentException
            );
        }
    }

    private static IEnumerable<object[]> Conflicts() =>
        [
            [new LogitAdjustment(), new ClassBalancedWeights(), "loss"],
            [Mixing, new Mixup(), "mixing"],
            [new CostSensitiveAdversarialTraining(), new CostSensitiveAdversarialTraining { Tau = 1 }, "perturbation of images"],
            [new DeepQLearning(), new DeepQLearning { Rho = 1 }, "rewards"],
            [new ClassBalancedSampling(), new ClassBalancedSampling { Q = 0.5 }, "sampling"],
        ];

    private static TrainingRule Rule(TrainingStrategy strategy) => strategy.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU));
}

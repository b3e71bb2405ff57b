using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Strategies;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class CombinedTests
{
    [Test]
    public void RuleFor_MixingAndLoss_TakesOneOfEach()
    {
        using var scope = NewDisposeScope();
        var mixing = new MajorFeatureWeakening { Depth = MixingDepth.Input, SmallestShare = 0.5 };
        var rule = new Combined(mixing, new LogitAdjustment()).RuleFor(new(1, 2, LossOfStrategy.Counts, CPU));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rule.Mixing!.Depth, Is.EqualTo(MixingDepth.Input));
            Assert.That(rule.Mixing.ClassWeights.data<float>().ToArray(), Is.EqualTo(mixing.Shares(LossOfStrategy.Counts)).Within(1e-6));
            Assert.That(LossOfStrategy.Of(new Combined(mixing, new LogitAdjustment())), Is.EqualTo(LossOfStrategy.Of(new LogitAdjustment())));
        }
    }

    [Test]
    public void Check_APartThatCannotBeCarriedOut_IsRefused()
    {
        var impossible = new MajorFeatureWeakening { Depth = MixingDepth.BeforeStage(9) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new Combined(impossible, new LogitAdjustment()).Check(new CifarResNet(), 10), Throws.ArgumentException.With.Message.Contains("stage 9"));
            Assert.That(() => new Combined(new MajorFeatureWeakening(), new Deferred(new PlainTraining(), new LogitAdjustment(), 11)).Check(new CifarResNet(), 10), Throws.ArgumentException);
        }
    }
}

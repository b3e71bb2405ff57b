using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class DeferredTests
{
    [Test]
    public void RuleFor_Epochs_ChangesExactlyAtTheOneSaid()
    {
        var deferred = new Deferred(new PlainTraining(), new ClassBalancedWeights(), FromEpoch: 4);
        var plain = LossOfStrategy.Of(new PlainTraining());
        Assert.That(
            Enumerable.Range(1, 6).Select(epoch => LossOfStrategy.Of(deferred, epoch).SequenceEqual(plain)),
            Is.EqualTo(new[] { true, true, true, false, false, false })
        );
    }

    [Test]
    public void Train_ChangeInTheLastEpoch_AsksEachStrategyForItsEpochs()
    {
        var asked = new List<string>();
        TrainingStrategy Noting(string name) =>
            new StrategyOf(epoch =>
            {
                asked.Add($"{name}{epoch.Number}");
                return new();
            });
        using var images = ToyImages.Of(12, 5);

        SmallTraining
            .Run(SmallTraining.Options with { Epochs = 3, Strategy = new Deferred(Noting("before"), Noting("after"), 3) }, images)
            .Dispose(); // asks twice more, for the head and for rewards

        Assert.That(asked.Skip(2), Is.EqualTo(new[] { "before1", "before2", "after3" }));
    }

    [Test]
    public void Options_ChangeAfterTheLastEpoch_AreRefusedBeforeTraining() =>
        Assert.That(
            () => new Deferred(new PlainTraining(), new LogitAdjustment(), 11).Check(new CifarResNet(), epochs: 10),
            Throws.ArgumentException.With.Message.Contains("in epoch 11").And.Message.Contains("ends after 10")
        );

    [Test]
    public void Check_APartThatCannotBeCarriedOut_IsRefused()
    {
        var impossible = new MajorFeatureWeakening { Depth = MixingDepth.BeforeStage(9) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new Deferred(impossible, new PlainTraining(), 2).Check(new CifarResNet(), 10),
                Throws.ArgumentException.With.Message.Contains("stage 9")
            );
            Assert.That(
                () => new Deferred(new PlainTraining(), impossible, 2).Check(new CifarResNet(), 10),
                Throws.ArgumentException.With.Message.Contains("stage 9")
            );
            Assert.That(() => new Deferred(new PlainTraining(), new LogitAdjustment(), 10).Check(new CifarResNet(), 10), Throws.Nothing);
        }
    }

    [TestCase(1)]
    [TestCase(-3)]
    public void FromEpoch_LessThanTwo_IsRefused(int epoch) =>
        Assert.That(
            () => new Deferred(new PlainTraining(), new LogitAdjustment(), epoch),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("FromEpoch")
        );
}

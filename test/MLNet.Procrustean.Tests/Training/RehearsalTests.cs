using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Strategies of a user that cannot work are refused before the first step.</summary>
public sealed class RehearsalTests
{
    [Test]
    public void HeadOf_WrongRuleInALateEpoch_NamesTheEpochAndWhatIsWrong()
    {
        using (Assert.EnterMultipleScope())
        {
            Refuses(new() { Loss = (logits, labels) => Losses.CrossEntropy(logits, labels).mean() }, "has a loss that gives [] for 3 images", "[3]");
            Refuses(new() { DrawWeights = ones(2) }, "draw weights of the shape [2]", "must be [3]");
            Refuses(new() { DrawWeights = tensor(new float[] { 1, -1, 1 }) }, "negative or not finite");
            Refuses(new() { DrawWeights = tensor(new[] { 1, float.NaN, 1 }) }, "negative or not finite");
            Refuses(new() { DrawWeights = zeros(3) }, "all 0");
        }
    }

    [Test]
    public void HeadOf_ManyEpochs_LeavesNoTensor() => Assert.That(
        NativeMemory.TensorsLeftBy(() => Rehearsal.HeadOf(new Procrustean.Strategies.LabelDistributionAwareMargin(), ToyImages.Counts(9, 5, 2), epochs: 50)), Is.Zero);

    [Test]
    public void Fit_StrategyWithAWrongLoss_TrainsNothing()
    {
        var tiny = TinyModel.Shared;
        var options = TinyModel.Options with { Strategy = StrategyOf.Loss((_, _, _, loss) => loss.sum()) };
        Assert.That(() => TinyModel.Trainer(tiny.Context, options).Fit(tiny.Keyed), Throws.ArgumentException.With.Message.Contains("The rule of epoch 1 has a loss"));
    }

    private static void Refuses(TrainingRule wrong, params string[] parts)
    {
        var strategy = new StrategyOf(epoch => epoch.Number == 4 ? wrong : new());
        var message = Assert.Throws<ArgumentException>(() => Rehearsal.HeadOf(strategy, ToyImages.Counts(9, 5, 2), epochs: 5))!.Message;
        Assert.That(message, Does.StartWith("The rule of epoch 4 "));
        Assert.That(parts.Where(part => !message.Contains(part)), Is.Empty, message);
    }
}

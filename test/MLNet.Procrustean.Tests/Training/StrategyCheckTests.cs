using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Strategies of a user that cannot work are refused before the first step.</summary>
public sealed class StrategyCheckTests
{
    [Test]
    public void HeadOf_WrongRuleInALateEpoch_NamesTheEpochAndWhatIsWrong()
    {
        using (Assert.EnterMultipleScope())
        {
            Refuses(
                new() { Loss = (logits, labels) => Losses.CrossEntropy(logits, labels).mean() },
                "has a loss that gives [] for 3 images",
                "[3]"
            );
            Refuses(new() { SamplingWeights = ones(2) }, "sampling weights of the shape [2]", "must be [3]");
            Refuses(new() { SamplingWeights = tensor(new float[] { 1, -1, 1 }) }, "negative or not finite");
            Refuses(new() { SamplingWeights = tensor(new[] { 1, float.NaN, 1 }) }, "negative or not finite");
            Refuses(new() { SamplingWeights = zeros(3) }, "all 0");
            Refuses(new() { Mixing = new(MixingDepth.Input, (_, _, _) => (ones(2), null)) }, "shares of the shape [2]", "[3]");
            Refuses(new() { Perturbation = new((x, _, _, _) => x.flatten(1)) }, "perturbs images of the shape [3, 3, 4, 4]", "to [3, 48]");
            Refuses(new() { Perturbation = new((x, _, _, _) => x.to(float64)) }, "Float64; it must leave both");
            Refuses(new() { Perturbation = new((x, _, _, _) => x + 1) }, "not from 0 to 255");
            Refuses(new() { Perturbation = new((x, _, _, _) => x * float.NaN) }, "not from 0 to 255");
            Refuses(
                new() { Mixing = new(MixingDepth.Input, (labels, _, _) => (ones(labels.shape[0]), ones(1))) },
                "shares of the shape [1]"
            );
            Refuses(new() { Mixing = new(MixingDepth.Input, (_, _, _) => (ones(3), full(3, float.NaN))) }, "not from 0 to 1");
            Refuses(new() { Mixing = new(MixingDepth.Input, (_, _, _) => (full(3, 1.1f), null)) }, "not from 0 to 1");
            Refuses(new() { Mixing = new(MixingDepth.Input, (_, _, _) => (ones(3), ones(3, float64))) }, "Float64; they must be Float32");
        }
    }

    [Test]
    public void Fit_FewerEpochsWithFewImages_ChecksTheStrategyWithThose()
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(
            new[] { "cat", "cat", "dog" }.Select(name => new LabelledImageFile { ImagePath = "nowhere.png", Label = name })
        );
        var options = new ImageClassifierOptions
        {
            InitialWeights = PretrainedWeights.ImageNetResNet18(),
            Strategy = new Deferred(new PlainTraining(), new ClassBalancedWeights(), FromEpoch: 6), // of 8 epochs, and of 4 with few images
        };
        Assert.That(
            () => TinyModel.Trainer(ml, options).Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows)),
            Throws.ArgumentException.With.Message.Contains("ends after 4 epochs")
        );
    }

    [Test]
    public void HeadOf_RewardsThatCannotBeFollowed_SaysWhatIsWrong()
    {
        var fine = new ClassRewards([1, 0.5, 0.2], [true, false, false], new());
        using (Assert.EnterMultipleScope())
        {
            Refuses(new() { Rewards = fine }, "learns from rewards by QLearning", "in epoch 1 from none");
            RefusesAlways(new() { Rewards = fine with { Values = [1, 0.5] } }, "not those of the 3 classes");
            RefusesAlways(new() { Rewards = fine with { EndsEpisode = default } }, "not those of the 3 classes");
            RefusesAlways(new() { Rewards = fine with { Values = [1, double.NaN, 1] } }, "rewards that are not finite");
            RefusesAlways(new() { Rewards = fine, Perturbation = new((x, _, _, _) => x) }, "a perturbation of images, a mixing or a loss");
            RefusesAlways(
                new() { Rewards = fine, Mixing = new(MixingDepth.Input, (labels, _, _) => (ones(labels.shape[0]), null)) },
                "a perturbation of images, a mixing or a loss"
            );
            RefusesAlways(
                new() { Rewards = fine, Loss = (logits, labels) => Losses.CrossEntropy(logits, labels) },
                "Q-learning has its own loss"
            );
        }
    }

    [Test]
    public void HeadOf_MixingBeforeAStageTheNetworkLacks_IsRefused()
    {
        var strategy = new StrategyOf(_ =>
            new() { Mixing = new(MixingDepth.BeforeStage(4), (labels, _, _) => (ones(labels.shape[0]), null)) }
        );
        Assert.That(
            () => StrategyCheck.HeadOf(strategy, SmallTraining.Options.Backbone, ToyImages.Counts(9, 5, 2), epochs: 1),
            Throws.ArgumentException.With.Message.Contains("before stage 4")
        );
    }

    [Test]
    public void Fit_HeadsThatDiffer_AreRefusedBeforeAnyImageIsRead()
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(
            new[] { "cat", "cat", "dog" }.Select(name => new LabelledImageFile { ImagePath = "nowhere.png", Label = name })
        );
        var options = TinyModel.Options with { Strategy = new Deferred(new PlainTraining(), new LabelDistributionAwareMargin(), 2) };
        Assert.That(
            () => TinyModel.Trainer(ml, options).Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows)),
            Throws.ArgumentException.With.Message.Contains("asks for the head Cosine")
        );
    }

    [Test]
    public void HeadOf_ManyEpochs_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() =>
                StrategyCheck.HeadOf(
                    new LabelDistributionAwareMargin(),
                    SmallTraining.Options.Backbone,
                    ToyImages.Counts(9, 5, 2),
                    epochs: 50
                )
            ),
            Is.Zero
        );

    [Test]
    public void Fit_StrategyWithAWrongLoss_TrainsNothing()
    {
        var tiny = TinyModel.Shared;
        var options = TinyModel.Options with { Strategy = StrategyOf.Loss((_, _, _, loss) => loss.sum()) };
        Assert.That(
            () => TinyModel.Trainer(tiny.Context, options).Fit(tiny.Keyed),
            Throws.ArgumentException.With.Message.Contains("The rule of epoch 1 has a loss")
        );
    }

    private static void Refuses(TrainingRule wrong, params string[] parts) =>
        Refuses(new StrategyOf(epoch => epoch.Number == 4 ? wrong : new()), "The rule of epoch 4 ", parts);

    private static void RefusesAlways(TrainingRule wrong, params string[] parts) =>
        Refuses(new StrategyOf(_ => wrong), "The rule of epoch 1 ", parts);

    private static void Refuses(TrainingStrategy strategy, string start, string[] parts)
    {
        var message = Assert
            .Throws<ArgumentException>(() =>
                StrategyCheck.HeadOf(strategy, SmallTraining.Options.Backbone, ToyImages.Counts(9, 5, 2), epochs: 5)
            )!
            .Message;
        Assert.That(message, Does.StartWith(start));
        Assert.That(parts.Where(part => !message.Contains(part)), Is.Empty, message);
    }
}

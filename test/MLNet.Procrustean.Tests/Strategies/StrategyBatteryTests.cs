using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

/// <summary>What holds for every strategy.</summary>
[TestFixtureSource(typeof(AllStrategies), nameof(AllStrategies.List))]
public sealed class StrategyBatteryTests(TrainingStrategy strategy)
{
    private ImageClassifierOptions Options => SmallTraining.Options with { Strategy = strategy };

    [Test]
    public void Rehearsal_AllEpochs_FindsNothingWrong() =>
        Assert.That(
            StrategyCheck.HeadOf(strategy, SmallTraining.Options.Backbone, ToyImages.Counts(50, 5, 20), epochs: 3),
            Is.EqualTo(strategy.RuleFor(new(1, 3, ToyImages.Counts(50, 5, 20), CPU)).Head)
        );

    [Test]
    public void Loss_Batch_IsFiniteAndOnePerImage()
    {
        using var scope = NewDisposeScope();
        var rule = strategy.RuleFor(new(1, 2, ToyImages.Counts(50, 5, 20), CPU));
        var loss = rule.Loss(
            tensor(new float[] { 100, -100, 0, -3, 2, 1, 0, 0, 0, -100, 100, 50 }).reshape(4, 3),
            tensor(new long[] { 1, 0, 2, 1 })
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(loss.shape, Is.EqualTo(new long[] { 4 }));
            Assert.That(loss.data<float>().ToArray().Where(value => !float.IsFinite(value)), Is.Empty);
        }
    }

    [Test]
    public void Train_EqualCounts_IsPlainTrainingBitForBit()
    {
        using var images = ToyImages.Of(9, 9, 9);
        var plain = SmallTraining.Weights(Options with { Strategy = new PlainTraining() }, images);
        Assert.That(
            SmallTraining.Weights(Options, images),
            AllStrategies.ChangesBalancedTraining(strategy) ? Is.Not.EqualTo(plain) : Is.EqualTo(plain)
        );
    }

    // The images, their order and all draws stay; only the classes' numbers change, and with them the rows of the classifier.
    [Test]
    public void Train_ClassesRenamed_GivesTheSameNetworkWithItsOutputsPermuted()
    {
        Assume.That(!AllStrategies.HasRewards(strategy), "exploration draws numbers of classes");
        using var scope = NewDisposeScope();
        int[] newNumbers = [2, 0, 1];
        using var images = ToyImages.Of(20, 4, 9);
        using var renamed = ToyImages.Renamed(images, [.. newNumbers.Select(number => (long)number)]);
        var oneEpoch = Options with { Epochs = 1 };
        using var one = SmallTraining.Run(oneEpoch, images);
        using var other = SmallTraining.Run(oneEpoch, renamed, prepare: network =>
        {
            using var noGradient = no_grad();
            var weight = network.Head.Weight.clone();
            for (var c = 0; c < newNumbers.Length; c++)
            {
                network.Head.Weight[newNumbers[c]].copy_(weight[c]);
            }
        });
        var permutation = tensor(newNumbers.Select(number => (long)number).ToArray());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Floats(other.Network.Head.Weight.index_select(0, permutation)),
                Is.EqualTo(Floats(one.Network.Head.Weight)).Within(1e-4)
            );
            Assert.That(Floats(other.Network.parameters().First()), Is.EqualTo(Floats(one.Network.parameters().First())).Within(1e-4));
            Assert.That(
                newNumbers.Select(number => other.Reports[0].TrainingAccuracy[number]),
                Is.EqualTo(one.Reports[0].TrainingAccuracy)
            );
        }
    }

    [Test]
    public void Backward_OneStep_GivesEveryParameterAGradient()
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(10, 3, 3);
        var preprocessing = Preprocessing.Measure(images.Pixels, Options.Shape);
        var rule = strategy.RuleFor(new(1, 2, ToyImages.CountsOf(images), CPU));
        using var network = Options.Backbone.Build(channels: 3, classes: 3, seed: 1, rule.Head);
        var inputs = preprocessing.Normalise(images.Pixels.Narrow(0, images.Count));
        var (_, losses) = TrainingStep.LogitsAndLosses(
            network,
            0,
            inputs,
            images.Labels,
            rule,
            rule.Mixing?.Draw(images.Labels, network.Stages.Count, new Generator(1))
        );
        losses.mean().backward();
        var without = network
            .named_parameters()
            .Where(named => named.parameter.grad is not { } gradient || gradient.abs().sum().item<float>() == 0);
        Assert.That(without.Select(named => named.name), Is.Empty);
    }

    [Test]
    public void Train_ThenDispose_LeavesNoTensor()
    {
        using var images = ToyImages.Of(12, 5);
        using var validation = ToyImages.Of(3, 3);
        var options = Options with { Keep = KeptEpoch.Best };
        var left = NativeMemory.TensorsLeftBy(() => SmallTraining.Run(options, images, validation).Dispose());
        using var scope = NewDisposeScope();
        var rule = strategy.RuleFor(new(1, 2, ToyImages.CountsOf(images), CPU));
        var networks = rule.Rewards is null ? 1 : 2; // with the target network
        Assert.That(left, Is.EqualTo(networks * NativeMemory.CountedTwice(options.Backbone, rule.Head)));
    }

    [Test]
    public void Train_SameSeed_GivesTheSameBits()
    {
        using var images = ToyImages.Of(12, 5);
        var one = SmallTraining.Weights(Options, images);
        manual_seed(99);
        Assert.That(SmallTraining.Weights(Options, images), Is.EqualTo(one));
    }

    [Test]
    public void Train_OtherSeed_GivesOtherWeights()
    {
        using var images = ToyImages.Of(12, 5);
        Assert.That(SmallTraining.Weights(Options, images, seed: 4), Is.Not.EqualTo(SmallTraining.Weights(Options, images, seed: 5)));
    }

    [Test]
    public void Train_SeparableColours_LearnsThem()
    {
        using var images = ToyImages.Of(60, 12, 24);
        using var training = SmallTraining.Run(
            Options with
            {
                Epochs = 10,
                BatchSize = 16,
                LearningRate = 0.1,
            },
            images,
            validation: images
        );
        Assert.That(training.Reports[^1].ValidationMacroAccuracy, Is.GreaterThan(0.95));
    }

    private static float[] Floats(Tensor values) => values.detach().contiguous().data<float>().ToArray();
}

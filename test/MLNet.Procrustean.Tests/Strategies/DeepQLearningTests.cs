using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class DeepQLearningTests
{
    private static readonly ClassCounts Counts = ToyImages.Counts(100, 5, 20, 80);

    [Test]
    public void RewardsOf_ByCounts_AreTheSmallestCountOverEach()
    {
        var rewards = new DeepQLearning().RewardsOf(Counts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rewards.Values, Is.EqualTo(new[] { 0.05, 1, 0.25, 0.0625 }));
            Assert.That(rewards.EndsEpisode, Is.EqualTo(MinorClasses.Of(Counts)).And.EqualTo(new[] { false, true, true, false }));
        }
    }

    [Test]
    public void RewardsOf_TwoClasses_AreOneAndTheirRatio() =>
        Assert.That(new DeepQLearning().RewardsOf(ToyImages.Counts(1000, 40)).Values, Is.EqualTo(new[] { 0.04, 1 }));

    [Test]
    public void RewardsOf_RhoAndNames_AreOneForTheNamedAndRhoForTheOthers()
    {
        var rewards = new DeepQLearning { Rho = 0.3, Minor = ["class3", "class1"] }.RewardsOf(Counts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rewards.Values, Is.EqualTo(new[] { 0.3, 1, 0.3, 1 }));
            Assert.That(rewards.EndsEpisode, Is.EqualTo(new[] { false, true, false, true }));
        }
    }

    [Test]
    public void RewardsOf_EqualCounts_AreOneAndEndNoEpisode()
    {
        var rewards = new DeepQLearning().RewardsOf(ToyImages.Counts(7, 7, 7));
        Assert.That(rewards.Values, Is.All.EqualTo(1.0));
        Assert.That(rewards.EndsEpisode, Is.All.False);
    }

    [Test]
    public void RewardsOf_WrongNames_AreRefused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new DeepQLearning { Minor = ["class1", "klass2"] }.RewardsOf(Counts),
                Throws.ArgumentException.With.Message.Contains("names 'klass2', which is not a class").And.Message.Contains("class3 80")
            );
            Assert.That(
                () => new DeepQLearning { Minor = [.. Counts.Names] }.RewardsOf(Counts),
                Throws.ArgumentException.With.Message.Contains("names all classes")
            );
            Assert.That(() => new DeepQLearning { Minor = [] }, Throws.ArgumentException.With.Message.Contains("Minor is empty"));
            Assert.That(
                () => new DeepQLearning { Rho = 1.5 },
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Rho is 1.5")
            );
            Assert.That(() => new DeepQLearning { Learning = null! }, Throws.ArgumentNullException);
        }
    }

    [Test]
    public void RuleFor_AnyEpoch_SetsTheRewardsAlone()
    {
        using var scope = NewDisposeScope();
        var rule = new DeepQLearning().RuleFor(new(1, 2, Counts, CPU));
        Assert.That(rule with { Rewards = null }, Is.EqualTo(new TrainingRule()));
    }

    [Test]
    public void ToString_AllOptions_ShowsAndComparesThem()
    {
        var one = new DeepQLearning { Rho = 0.5, Minor = ["a", "b"] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                one.ToString(),
                Does.StartWith("DeepQLearning { Rho = 0.5, Minor = 'a', 'b', Learning = QLearning { Gamma = 0.1, MemorySize = 50000, ")
            );
            Assert.That(one, Is.EqualTo(new DeepQLearning { Rho = 0.5, Minor = ["a", "b"] }));
            Assert.That(one.GetHashCode(), Is.EqualTo(new DeepQLearning { Rho = 0.5, Minor = ["a", "b"] }.GetHashCode()));
            Assert.That(one, Is.Not.EqualTo(one with { Minor = ["a"] }));
            Assert.That(one, Is.Not.EqualTo(one with { Learning = new() { DoubleQ = true } }));
        }
    }

    [TestCase(typeof(LogitAdjustment))]
    [TestCase(typeof(Mixup))]
    [TestCase(typeof(CostSensitiveAdversarialTraining))]
    public void Combined_WithWhatItOwns_IsRefused(Type other)
    {
        var strategy = new Combined((TrainingStrategy)Activator.CreateInstance(other)!, new DeepQLearning());
        Assert.That(
            () => StrategyCheck.HeadOf(strategy, SmallTraining.Options.Backbone, Counts, epochs: 2),
            Throws.ArgumentException.With.Message.Contains("leave the others out")
        );
    }

    // Two images, of which a quarter and a twentieth are minor: with ρ = 0.2 the answer is "minor" above a share of 0.2/1.2 = 0.167.
    [Test]
    public void Train_TwoPointsWithoutFuture_LearnsTheMeanRewards()
    {
        using var scope = NewDisposeScope();
        using var images = TwoPoints([(10, 30), (2, 38)]);
        var strategy = new DeepQLearning
        {
            Rho = 0.2,
            Minor = ["class1"],
            Learning = new() { Gamma = 0, FinalEpsilon = 1 },
        };
        double Mean(double p, bool answersMinor) => (answersMinor ? 1 : -1) * (p - ((1 - p) * 0.2));
        var values = Outputs(strategy, images, [0, 40]);
        var plain = Outputs(new PlainTraining(), images, [0, 40]);
        using (Assert.EnterMultipleScope())
        {
            double[] expected = [Mean(0.25, false), Mean(0.25, true), Mean(0.05, false), Mean(0.05, true)];
            Assert.That(values, Is.EqualTo(expected).Within(0.08));
            Assert.That((values[1] > values[0], values[3] > values[2]), Is.EqualTo((true, false)), "minor, major");
            Assert.That((plain[1] > plain[0], plain[3] > plain[2]), Is.EqualTo((false, false)), "major, major");
        }
    }

    // Their numbers are those of QValuesTests; here, that the training has them.
    [Test]
    public void Train_EachOptionOfLearning_ChangesTheWeights()
    {
        using var images = ToyImages.Of(24, 6, 12);
        byte[] Weights(QLearning learning) =>
            SmallTraining.Weights(SmallTraining.Options with { Strategy = new DeepQLearning { Learning = learning } }, images);
        var learning = new QLearning { Gamma = 0.5, TargetInterval = 3 };
        var expected = Weights(learning);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Weights(learning), Is.EqualTo(expected), "otherwise no difference says anything");
            Assert.That(Weights(learning with { HuberLoss = true }), Is.Not.EqualTo(expected), nameof(QLearning.HuberLoss));
            Assert.That(Weights(learning with { DoubleQ = true }), Is.Not.EqualTo(expected), nameof(QLearning.DoubleQ));
            Assert.That(Weights(learning with { MemorySize = 12 }), Is.Not.EqualTo(expected), nameof(QLearning.MemorySize));
            Assert.That(Weights(learning with { TargetInterval = 2 }), Is.Not.EqualTo(expected), nameof(QLearning.TargetInterval));
        }
    }

    // Right answers give 1 and the next best value v = 1 + γ · v = 2; wrong ones −1 and the same, or −1 alone where they end the episode.
    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    public void Train_TwoPointsWithFuture_LearnsTheReturns(bool ends, bool doubleQ)
    {
        using var scope = NewDisposeScope();
        using var images = TwoPoints([(0, 40), (40, 0)]);
        var learning = new QLearning
        {
            Gamma = 0.5,
            DoubleQ = doubleQ,
            TargetInterval = 8,
            FinalEpsilon = 0.3,
        };
        var values = Outputs(new StrategyOf(_ => new() { Rewards = new([1, 1], [ends, ends], learning) }), images, [0, 40]);
        var wrong = ends ? -1 : 0;
        Assert.That(values, Is.EqualTo(new double[] { 2, wrong, wrong, 2 }).Within(0.25));
    }

    // 40 images of one colour after 40 of another one; of each, so many of class 1 and of class 0.
    private static LabelledImages TwoPoints((int Minor, int Major)[] counts)
    {
        long[] labels = [.. counts.SelectMany(count => Enumerable.Repeat(1L, count.Minor).Concat(Enumerable.Repeat(0L, count.Major)))];
        const int side = ToyImages.Size;
        var pixels = labels.SelectMany((_, i) => Enumerable.Repeat(i < 40 ? (byte)200 : (byte)50, 3 * side * side));
        return new(tensor(pixels.ToArray()).reshape(labels.Length, side, side, 3), tensor(labels));
    }

    // [rows, 2], one after the other. The head alone is trained, so that a step takes little time.
    private static float[] Outputs(TrainingStrategy strategy, LabelledImages images, long[] rows)
    {
        var options = SmallTraining.Options with
        {
            Strategy = strategy,
            Augmentation = Augmentation.None,
            Optimizer = Optimizer.Adam,
            LearningRate = 0.02,
            Epochs = 80,
            BatchSize = 16,
            Precision = Precision.Fp32,
        };
        using var training = SmallTraining.Run(options, images, prepare: network => network.Freeze(network.Stages.Count + 1));
        var preprocessing = Preprocessing.Measure(images.Pixels, options.Shape);
        using var noGradient = no_grad();
        return training.Network.forward(preprocessing.Normalise(images.Pixels.Rows(tensor(rows)))).data<float>().ToArray();
    }
}

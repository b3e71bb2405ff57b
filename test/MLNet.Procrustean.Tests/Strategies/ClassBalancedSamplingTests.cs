using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class ClassBalancedSamplingTests
{
    [Test]
    public void RuleFor_UnequalCounts_GivesEachClassTheShareOfThePaper([Values(0, 0.5)] double q)
    {
        using var scope = NewDisposeScope();
        var n = LossOfStrategy.Counts.Counts;
        var weights = new ClassBalancedSampling { Q = q }
            .RuleFor(new(1, 2, LossOfStrategy.Counts, CPU))
            .SamplingWeights!.data<float>()
            .ToArray();
        var share = n.Select((count, c) => count * weights[c]).ToArray(); // of all images of the class together
        var power = n.Select(count => Math.Pow(count, q)).ToArray();
        Assert.That(share.Select(value => value / share.Sum()), Is.EqualTo(power.Select(value => value / power.Sum())).Within(1e-6));
    }

    [Test]
    public void Train_OneRareClass_SeesItAsOftenAsTheOthers()
    {
        var seen = new long[2];
        using var images = ToyImages.Of(190, 10);
        var watching = StrategyOf.Watching((_, labels) => Array.ForEach(labels, label => seen[label]++));
        using var training = SmallTraining.Run(
            SmallTraining.Options with
            {
                Epochs = 1,
                Strategy = new Combined(new ClassBalancedSampling(), watching),
            },
            images
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.Sum(), Is.EqualTo(200));
            Assert.That(seen[1], Is.InRange(72, 128)); // four standard deviations about 100
            Assert.That(training.Reports[0].TrainingAccuracy, Is.All.InRange(0, 1));
        }
    }

    [TestCase(1, 30, 3)]
    [TestCase(0, 7, 7)]
    public void RuleFor_QOneOrEqualCounts_IsPlainTraining(double q, long first, long second) =>
        Assert.That(
            new ClassBalancedSampling { Q = q }.RuleFor(new(1, 2, ToyImages.Counts(first, second), CPU)),
            Is.EqualTo(new TrainingRule())
        );

    [TestCase(-0.1)]
    [TestCase(1.1)]
    [TestCase(double.NaN)]
    public void Q_OutOfRange_SaysWhatIsAllowed(double q) =>
        Assert.That(
            () => new ClassBalancedSampling { Q = q },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 1")
        );
}

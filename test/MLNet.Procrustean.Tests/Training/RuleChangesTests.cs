using MLNet.Procrustean.Tests.Strategies;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;

namespace MLNet.Procrustean.Tests.Training;

public sealed class RuleChangesTests
{
    private const int Epochs = 10;
    private static readonly ClassCounts Counts = ToyImages.Counts(50, 5, 20);

    [Test]
    public void In_RecommendedStrategy_TellsItOnceAtTheLastFifth() =>
        Assert.That(Changes(new RecommendedStrategy()), Is.EqualTo(new[] { (9, "another loss, no mixing of features") }));

    [Test]
    public void In_RecommendedStrategyWithManyImages_TellsOfTheDraw() =>
        Assert.That(
            Changes(new RecommendedStrategy(), ToyImages.Counts(2_000, 20)),
            Is.EqualTo(new[] { (9, "other sampling weights, no mixing of features") })
        );

    [Test]
    public void In_RecommendedStrategyWithEqualCounts_TellsNothing() =>
        Assert.That(Changes(new RecommendedStrategy(), ToyImages.Counts(7, 7, 7)), Is.Empty);

    [Test]
    public void In_Deferred_TellsWhatItChanges()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Changes(new Deferred(new PlainTraining(), new ClassBalancedWeights(), FromEpoch: 2)),
                Is.EqualTo(new[] { (2, "another loss") })
            );
            Assert.That(
                Changes(new Deferred(new PlainTraining(), new ClassBalancedSampling(), FromEpoch: 4)),
                Is.EqualTo(new[] { (4, "other sampling weights") })
            );
            Assert.That(
                Changes(new Deferred(new ClassBalancedSampling(), new Mixup(), FromEpoch: Epochs)),
                Is.EqualTo(new[] { (Epochs, "every image once, mixing of features") })
            );
            Assert.That(
                Changes(new Deferred(new Mixup(), new Mixup { Depth = MixingDepth.PooledFeatures }, FromEpoch: 3)),
                Is.EqualTo(new[] { (3, "another mixing of features") })
            );
            Assert.That(
                Changes(new Deferred(new PlainTraining(), new CostSensitiveAdversarialTraining(), FromEpoch: 5)),
                Is.EqualTo(new[] { (5, "perturbation of images") })
            );
            Assert.That(
                Changes(new Deferred(new DeepQLearning(), new DeepQLearning { Rho = 1 }, FromEpoch: 3)),
                Is.EqualTo(new[] { (3, "other rewards") })
            );
            Assert.That(Changes(new Deferred(new Mixup(), new Mixup(), FromEpoch: 3)), Is.Empty, "the same rule");
        }
    }

    [Test]
    public void In_StrategiesThatDeferNothing_TellNothing() =>
        Assert.That(
            AllStrategies
                .List.Where(strategy => strategy is not (Deferred or RecommendedStrategy))
                .Where(strategy => Changes(strategy).Any()),
            Is.Empty
        );

    [Test]
    public void In_AnnealedLoss_TellsOnlyTheOtherPlacesThatChange()
    {
        var annealed = new StrategyOf(epoch => new LogitAdjustment { Tau = epoch.Number / 10.0 }.RuleFor(epoch));
        var sampled = new StrategyOf(epoch =>
            annealed.RuleFor(epoch) with
            {
                SamplingWeights = epoch.Number < 5 ? null : epoch.PerClass(n => 1.0 / n),
            }
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Changes(annealed), Is.Empty);
            Assert.That(Changes(sampled), Is.EqualTo(new[] { (5, "other sampling weights") }));
        }
    }

    [Test]
    public void In_ManyClasses_FindsTheChange()
    {
        var counts = ToyImages.Counts([.. Enumerable.Range(0, 300).Select(c => 10L + (c % 7 == 3 ? c : 0))]);
        Assert.That(
            Changes(new Deferred(new PlainTraining(), new ClassBalancedWeights(), FromEpoch: 6), counts),
            Is.EqualTo(new[] { (6, "another loss") })
        );
    }

    [Test]
    public void In_AllEpochs_LeavesNoTensor() =>
        Assert.That(NativeMemory.TensorsLeftBy(() => _ = Changes(new RecommendedStrategy())), Is.Zero);

    private static IEnumerable<(int Epoch, string What)> Changes(TrainingStrategy strategy, ClassCounts? counts = null)
    {
        var changes = new RuleChanges(strategy, counts ?? Counts, Epochs);
        return
        [
            .. Enumerable
                .Range(1, Epochs)
                .Select(epoch => (epoch, changes.In(epoch)))
                .Where(change => change.Item2 is not null)
                .Select(change => (change.epoch, change.Item2!)),
        ];
    }
}

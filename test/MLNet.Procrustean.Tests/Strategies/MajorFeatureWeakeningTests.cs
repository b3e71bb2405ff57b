using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class MajorFeatureWeakeningTests
{
    [Test]
    public void Lambdas_Counts_FollowTheFormula(
        [Values("100,10", "5000,2997,1796,1077,645,387,232,139,83,50", "500,500,5,5", "1,1000000,7,3", "20,11,14")] string counts,
        [Values(0, 0.3, 0.9)] double minLambda,
        [Values(0.25, 1, 3)] double exponent
    )
    {
        var n = counts.Split(',').Select(long.Parse).ToArray();
        var expected = new double[n.Length];
        for (var c = 0; c < n.Length; c++)
        {
            var weakening = 1 - Math.Pow((double)n.Min() / n[c], exponent);
            var largest = 1 - Math.Pow(Math.Min((double)n.Min() / n.Max(), 0.2), exponent);
            expected[c] = 1 - ((1 - minLambda) * weakening / largest);
        }

        var strategy = new MajorFeatureWeakening { MinLambda = minLambda, Gamma = exponent };
        Assert.That(strategy.Lambdas(ToyImages.Counts(n)), Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Lambdas_WorkedExample_IsTheOneByHand() => // 1 − 0.5 · (1 − 10/40) / (1 − 10/100) = 1 − 0.5 · 0.75 / 0.9
        Assert.That(
            new MajorFeatureWeakening { MinLambda = 0.5 }.Lambdas(ToyImages.Counts(100, 40, 10)),
            Is.EqualTo(new[] { 0.5, 1 - (0.375 / 0.9), 1 }).Within(1e-12)
        );

    // 1 − 0.5 · (1 − 1/r) / (1 − 1/max(r, 5))
    [TestCase(10, 10, 1)]
    [TestCase(500, 499, 0.99875)]
    [TestCase(20, 10, 0.6875)]
    [TestCase(50, 10, 0.5)]
    [TestCase(100, 10, 0.5)]
    public void Lambdas_SmallerImbalanceRatio_AreNearerToOne(long largest, long smallest, double expected) =>
        Assert.That(
            new MajorFeatureWeakening { MinLambda = 0.5 }.Lambdas(ToyImages.Counts(largest, smallest)),
            Is.EqualTo(new[] { expected, 1 }).Within(1e-9)
        );

    [Test]
    public void Lambdas_LargerClass_KeepsLess()
    {
        long[] rising = [3, 4, 10, 50, 51, 700];
        var shares = new MajorFeatureWeakening { Gamma = 0.5 }.Lambdas(ToyImages.Counts(rising));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shares, Is.Ordered.Descending);
            Assert.That(shares, Is.Unique);
        }
    }

    [TestCase(0)]
    [TestCase(0.5)]
    [TestCase(0.7)]
    public void Lambdas_SmallestAndLargestClass_AreExact(double minLambda)
    {
        var shares = new MajorFeatureWeakening { MinLambda = minLambda, Gamma = 0.37 }.Lambdas(ToyImages.Counts(17, 1234, 300));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shares[0], Is.EqualTo(1));
            Assert.That(shares[1], Is.EqualTo(minLambda));
        }
    }

    [Test]
    public void Lambdas_LargerGamma_WeakensTheMiddleMore()
    {
        var middle = new[] { 0.1, 0.5, 1, 2, 4 }.Select(exponent =>
            new MajorFeatureWeakening { Gamma = exponent }.Lambdas(ToyImages.Counts(100, 30, 10))[1]
        );
        Assert.That(middle, Is.Ordered.Descending);
    }

    [TestCase(0.01, 1_000_001, 1_000_000, 999_999)]
    [TestCase(100, 1_000_001, 1_000_000, 999_999)]
    [TestCase(0.01, 1_000_001, 300_000, 100_000)]
    [TestCase(100, 1_000_001, 300_000, 100_000)]
    public void Lambdas_ExtremeGamma_StaysBetweenMinLambdaAndOne(double exponent, long largest, long middle, long smallest)
    {
        var shares = new MajorFeatureWeakening { Gamma = exponent }.Lambdas(ToyImages.Counts(largest, middle, smallest));
        Assert.That(shares, Is.Ordered.Ascending.And.All.InRange(0.75, 1.0));
    }

    [Test]
    public void Lambdas_ClassesPermuted_ArePermuted()
    {
        long[] n = [100, 3, 40, 12];
        int[] order = [2, 0, 3, 1];
        var shares = new MajorFeatureWeakening().Lambdas(ToyImages.Counts(n));
        var permuted = new MajorFeatureWeakening().Lambdas(ToyImages.Counts([.. order.Select(c => n[c])]));
        Assert.That(permuted, Is.EqualTo(order.Select(c => shares[c])));
    }

    [Test]
    public void RuleFor_EqualCounts_IsPlainTraining() =>
        Assert.That(
            new MajorFeatureWeakening().RuleFor(Epoch(ToyImages.Counts(7, 7, 7))),
            Is.EqualTo(new PlainTraining().RuleFor(Epoch(ToyImages.Counts(7, 7, 7))))
        );

    [Test]
    public void RuleFor_MinLambdaOne_IsPlainTraining() =>
        Assert.That(new MajorFeatureWeakening { MinLambda = 1 }.RuleFor(Epoch(ToyImages.Counts(7, 3))), Is.EqualTo(new TrainingRule()));

    [Test]
    public void RuleFor_UnequalCounts_MixesByTheSharesAtTheDepthChosen([Values] bool partnerGradient)
    {
        using var scope = NewDisposeScope();
        var strategy = new MajorFeatureWeakening
        {
            Depth = MixingDepth.AnyStage,
            PartnerGradient = partnerGradient,
            MinLambda = 0.25,
        };
        var rule = strategy.RuleFor(Epoch(ToyImages.Counts(100, 10)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rule.Mixing!.Depth, Is.EqualTo(MixingDepth.AnyStage));
            Assert.That(rule.Mixing.PartnerGradient, Is.EqualTo(partnerGradient));
            Assert.That(Shares(rule, [1, 0, 0]), Is.EqualTo(new[] { 1, 0.25f, 0.25f }));
            Assert.That(Shares(rule, [1, 0, 0], partners: [0, 1, 1]), Is.EqualTo(new[] { 1, 0.25f, 0.25f }), "by the image's own class");
            Assert.That(rule.Loss, Is.EqualTo(new TrainingRule().Loss));
        }
    }

    [Test]
    public void Lambdas_MixedFraction_SparesTheOthers()
    {
        using var scope = NewDisposeScope();
        var rule = new MajorFeatureWeakening { MixedFraction = 0.3 }.RuleFor(Epoch(ToyImages.Counts(100, 10)));
        var shares = Shares(rule, [.. Enumerable.Range(0, 4000).Select(i => i % 2L)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shares.Where((_, i) => i % 2 == 1), Is.All.EqualTo(1)); // the smallest class
            Assert.That(shares.Where((_, i) => i % 2 == 0).Distinct(), Is.EquivalentTo(new[] { 0.75f, 1 }));
            Assert.That(shares.Count(share => share < 1), Is.EqualTo(600).Within(82)); // of 2000, four standard deviations
        }
    }

    [Test]
    public void RuleFor_Progress_WeakensWhatIsAhead([Values(0, 0.3, 0.9)] double minLambda)
    {
        using var scope = NewDisposeScope();
        double[] accuracy = [0.9, double.NaN, 0.4, 1];
        var strategy = new MajorFeatureWeakening { FollowsProgress = true, MinLambda = minLambda };
        var rule = strategy.RuleFor(Epoch(ToyImages.Counts(10, 7, 20, 5)) with { TrainingAccuracy = [.. accuracy] });
        var expected = accuracy.Select(a => (float)(double.IsNaN(a) ? 1 : 1 - ((1 - minLambda) * (a - 0.4))));
        Assert.That(Shares(rule, [0, 1, 2, 3]), Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void RuleFor_ProgressIsNotKnownOrEqual_MixesWithSharesOfOne()
    {
        using var scope = NewDisposeScope();
        var strategy = new MajorFeatureWeakening { FollowsProgress = true };
        var first = Epoch(ToyImages.Counts(10, 7));
        foreach (var epoch in new[] { first, first with { TrainingAccuracy = [0.7, 0.7] } })
        {
            Assert.That(Shares(strategy.RuleFor(epoch), [0, 1]), Is.EqualTo(new[] { 1f, 1f }));
        }
    }

    [Test]
    public void Check_StageTheBackboneLacks_Refuses() =>
        Assert.That(
            () => new MajorFeatureWeakening { Depth = MixingDepth.BeforeStage(4) }.Check(new CifarResNet(), epochs: 1),
            Throws.ArgumentException.With.Message.Contains("before stage 4")
        );

    [TestCase(-0.01)]
    [TestCase(1.01)]
    [TestCase(double.NaN)]
    public void MinLambda_OutOfRange_SaysWhatIsAllowed(double share) =>
        Assert.That(
            () => new MajorFeatureWeakening { MinLambda = share },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("MinLambda is").And.Message.Contains("from 0 to 1")
        );

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(1e-17)] // all classes would be weakened alike, by 0/0
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Gamma_OutOfRange_SaysWhatIsAllowed(double exponent) =>
        Assert.That(
            () => new MajorFeatureWeakening { Gamma = exponent },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Gamma is").And.Message.Contains("from 0.01 to 100")
        );

    [Test]
    public void Record_With_IsEqualExactlyWhenAllOptionsAre()
    {
        var strategy = new MajorFeatureWeakening { MinLambda = 0.7, Gamma = 2 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(strategy with { }, Is.EqualTo(strategy));
            Assert.That(strategy with { MinLambda = 0.6 }, Is.EqualTo(new MajorFeatureWeakening { MinLambda = 0.6, Gamma = 2 }));
            Assert.That(strategy with { Depth = MixingDepth.AnyStage }, Is.Not.EqualTo(strategy));
            Assert.That(strategy with { PartnerGradient = false }, Is.Not.EqualTo(strategy));
            Assert.That(() => strategy with { MinLambda = 2 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void ToString_Strategy_PrintsItsOptions() =>
        Assert.That(
            new MajorFeatureWeakening().ToString(),
            Is.EqualTo("MajorFeatureWeakening { Depth = stage 2, MinLambda = 0.75, Gamma = 1, PartnerGradient = True, MixedFraction = 1 }")
        );

    [Test]
    public void ToString_FollowsProgress_PrintsThat() =>
        Assert.That(
            new MajorFeatureWeakening { FollowsProgress = true }.ToString(),
            Does.EndWith("MixedFraction = 1, FollowsProgress = True }")
        );

    private static float[] Shares(TrainingRule rule, long[] labels, long[]? partners = null) =>
        rule.Mixing!.Shares(tensor(labels), tensor(partners ?? labels), new Generator(1)).Lambda.data<float>().ToArray();

    private static EpochContext Epoch(ClassCounts classes) => new(1, 10, classes, CPU);
}

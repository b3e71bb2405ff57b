using System.Collections.Immutable;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class CostSensitiveAdversarialTrainingTests
{
    private static readonly ImmutableArray<string> Names = ["class0", "class1", "class2"];
    private static readonly CostMatrix Nothing = new(
        Names,
        [
            [0, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
        ]
    );

    [Test]
    public void CostsOf_Counts_AreTheirRatiosToThePowerTauKeptFrom1To100()
    {
        long[] counts = [900_000, 300, 40, 1];
        foreach (var tau in new[] { 0, 0.5, 1, 2 })
        {
            var costs = new CostSensitiveAdversarialTraining { Tau = tau }
                .CostsOf(ToyImages.Counts(counts))
                .Costs;
            for (var y = 0; y < counts.Length; y++)
            {
                for (var j = 0; j < counts.Length; j++)
                {
                    var expected = y == j ? 0 : Math.Clamp(Math.Pow((double)counts[j] / counts[y], tau), 0.01, 100);
                    Assert.That(costs[y][j], Is.EqualTo(expected).Within(1e-12), $"τ = {tau}, y = {y}, j = {j}");
                }
            }
        }
    }

    [Test]
    public void CostsOf_CostsInAnotherOrder_AreTheProductByName()
    {
        var given = new CostMatrix(
            ["class2", "class0", "class1"],
            [
                [0, 5, 7],
                [2, 0, 3],
                [11, 13, 0],
            ]
        );
        var costs = new CostSensitiveAdversarialTraining { Costs = given, Tau = 1 }.CostsOf(ToyImages.Counts(20, 10, 5));
        Assert.That(
            costs,
            Is.EqualTo(
                new CostMatrix(
                    Names,
                    [
                        [0, 3 / 2.0, 2 / 4.0],
                        [13 * 2, 0, 11 / 2.0],
                        [5 * 4, 7 * 2, 0],
                    ]
                )
            )
        );
    }

    [Test]
    public void CostsOf_LargeCostsOfRareClasses_MayBeMoreThanACost()
    {
        var money = new CostMatrix(
            ["class0", "class1"],
            [
                [0, 1],
                [50_000, 0],
            ]
        );
        var costs = new CostSensitiveAdversarialTraining { Costs = money, Tau = 1 }.CostsOf(ToyImages.Counts(1000, 10));
        Assert.That(costs.Costs[1][0], Is.EqualTo(5_000_000).Within(1e-6));
    }

    [Test]
    public void RuleFor_CostsOfOtherClasses_IsRefusedBeforeAnyImageIsRead()
    {
        var strategy = new CostSensitiveAdversarialTraining { Costs = CostMatrix.Equal(["class0", "class1", "klass2"]) };
        Assert.That(
            () => StrategyCheck.HeadOf(strategy, SmallTraining.Options.Backbone, ToyImages.Counts(9, 5, 2), epochs: 1),
            Throws
                .ArgumentException.With.Message.Contains("no costs for 'class2'")
                .And.Message.Contains("costs for 'klass2', which is not among the classes")
        );
    }

    [Test]
    public void RuleFor_AnyCosts_SetsThePerturbationAlone()
    {
        using var scope = NewDisposeScope();
        var rule = new CostSensitiveAdversarialTraining().RuleFor(new(1, 2, LossOfStrategy.Counts, CPU));
        Assert.That(rule with { Perturbation = null }, Is.EqualTo(new TrainingRule()));
        Assert.That(rule.Perturbation, Is.Not.Null);
    }

    [Test]
    public void RuleFor_EpsilonZero_IsPlainTraining() =>
        Assert.That(
            new CostSensitiveAdversarialTraining { Attack = new() { Epsilon = 0 } }.RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)),
            Is.EqualTo(new TrainingRule())
        );

    // Weights and running statistics: the attack's passes leave no trace in either, and take no other random draws.
    [TestCase(Precision.Fp32)]
    [TestCase(Precision.Bf16)]
    public void Train_NoCosts_IsTrainingWithoutItBitForBit(Precision precision)
    {
        using var images = ToyImages.Of(12, 5, 3);
        var options = SmallTraining.Options with { Precision = precision };
        TrainingStrategy[] others =
        [
            new PlainTraining(),
            new Combined(new Mixup { Depth = MixingDepth.AnyStage }, new ClassBalancedSampling()),
        ];
        foreach (var other in others)
        {
            var attacked = new Combined(other, new CostSensitiveAdversarialTraining { Costs = Nothing });
            Assert.That(
                SmallTraining.Weights(options with { Strategy = attacked }, images),
                Is.EqualTo(SmallTraining.Weights(options with { Strategy = other }, images)),
                $"{other}"
            );
        }
    }

    [Test]
    public void Train_OneClassWithCosts_TrainsTheOthersOnTheirOwnImages()
    {
        using var images = ToyImages.Of(12, 5, 3);
        var onlyFirst = new CostMatrix(
            Names,
            [
                [0, 1, 1],
                [0, 0, 0],
                [0, 0, 0],
            ]
        );
        var seen = 0;
        var strategy = new StrategyOf(epoch =>
        {
            var change = new CostSensitiveAdversarialTraining { Costs = onlyFirst }
                .RuleFor(epoch)
                .Perturbation!.Change;
            return new()
            {
                Perturbation = new(
                    (x, y, logitsOf, random) =>
                    {
                        var changed = change(x, y, logitsOf, random);
                        var same = (changed == x).flatten(1).all(1).data<bool>().ToArray();
                        Assert.That(same, Is.EqualTo(y.data<long>().ToArray().Select(label => label != 0)));
                        seen += same.Length;
                        return changed;
                    }
                ),
            };
        });
        SmallTraining.Run(SmallTraining.Options with { Strategy = strategy }, images).Dispose();
        Assert.That(seen, Is.EqualTo(2 * 20));
    }

    [Test]
    public void Train_ColoursOfOneDirection_AreRobuster()
    {
        using var images = ToyImages.Of(40, 40, 8);
        var options = SmallTraining.Options with { Epochs = 6, BatchSize = 16 };
        var attack = new ProjectedGradientAttack
        {
            Epsilon = 40,
            StepSize = 16,
            Steps = 4,
        };
        var strong = new CostSensitiveAdversarialTraining { Attack = attack };
        using var plain = SmallTraining.Run(options, images);
        using var trained = SmallTraining.Run(options with { Strategy = strong }, images);
        Assert.That(RobustAccuracy(trained, images, attack), Is.GreaterThan(RobustAccuracy(plain, images, attack) + 0.1));
    }

    [Test]
    public void Values_OutOfRange_AreRefused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new CostSensitiveAdversarialTraining { Tau = -0.1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new CostSensitiveAdversarialTraining { Tau = 11 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new CostSensitiveAdversarialTraining { Attack = null! }, Throws.ArgumentNullException);
        }
    }

    [Test]
    public void ToString_OtherCosts_IsAnotherText()
    {
        CostMatrix Large(double first) =>
            new(
                [.. Enumerable.Range(0, 9).Select(c => $"{c}")],
                [
                    .. Enumerable
                        .Range(0, 9)
                        .Select(y =>
                            Enumerable
                                .Range(0, 9)
                                .Select(j =>
                                    y == j ? 0
                                    : y + j == 1 ? first
                                    : 1
                                )
                                .ToImmutableArray()
                        ),
                ]
            );
        string Text(CostMatrix costs) => new CostSensitiveAdversarialTraining { Costs = costs }.ToString();
        var (one, same) = (Text(Large(2)), Text(Large(2)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(same, Is.EqualTo(one));
            Assert.That(Text(Large(3)), Is.Not.EqualTo(one));
            Assert.That(Text(Nothing), Does.Contain("CostMatrix { class0: 0 0 0, class1: 0 0 0, class2: 0 0 0 }"));
        }
    }

    private static double RobustAccuracy(SmallTraining training, LabelledImages images, ProjectedGradientAttack attack)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var preprocessing = Preprocessing.Measure(images.Pixels, SmallTraining.Options.Shape);
        Tensor LogitsOf(Tensor x) => training.Network.forward(preprocessing.Normalise(x.permute(0, 2, 3, 1)));
        var pixels = images.Pixels.Narrow(0, images.Count).to(float32).permute(0, 3, 1, 2);
        var attacked = attack.Change(pixels, images.Labels, ones(3, 3) - eye(3), LogitsOf, random);
        return (LogitsOf(attacked).argmax(1) == images.Labels).to(float64).mean().item<double>();
    }
}

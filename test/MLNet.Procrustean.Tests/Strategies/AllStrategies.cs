namespace MLNet.Procrustean.Tests.Strategies;

/// <summary>The strategies that every test of the battery is run with: at least one of each type.</summary>
internal static class AllStrategies
{
    public static IReadOnlyList<TrainingStrategy> List { get; } =
    [
        new PlainTraining(),
        new RecommendedStrategy(),
        new MajorFeatureWeakening(),
        new MajorFeatureWeakening { Depth = MixingDepth.Input, MinLambda = 0.6 },
        new MajorFeatureWeakening { Depth = MixingDepth.PooledFeatures, PartnerGradient = false },
        new MajorFeatureWeakening { FollowsProgress = true, MinLambda = 0.5 },
        new MajorFeatureWeakening
        {
            Depth = MixingDepth.AnyStage,
            MinLambda = 0.7,
            Gamma = 0.5,
            MixedFraction = 0.5,
        },
        new LogitAdjustment(),
        new ClassDependentTemperatures(),
        new VectorScaling(),
        new ClassBalancedWeights(),
        new ClassBalancedWeights { Of = new FocalLoss() },
        new FocalLoss { Gamma = 0.5 },
        new LabelDistributionAwareMargin(),
        new ClassBalancedSampling(),
        new Mixup(),
        new Mixup { Alpha = 0.3, Depth = MixingDepth.AnyStage },
        new Remix(),
        new Deferred(
            new LabelDistributionAwareMargin(),
            new ClassBalancedWeights { Of = new LabelDistributionAwareMargin() },
            FromEpoch: 2
        ),
        new Deferred(new MajorFeatureWeakening(), new ClassBalancedWeights(), FromEpoch: 2),
        new Combined(new MajorFeatureWeakening { MinLambda = 0.9 }, new LogitAdjustment { Tau = 0.5 }),
        new Combined(
            new MajorFeatureWeakening { MinLambda = 0.9 },
            new Combined(new ClassBalancedSampling { Q = 0.5 }, new LabelDistributionAwareMargin())
        ),
        new CostSensitiveAdversarialTraining { Tau = 0.5, Attack = Quick },
        new Combined(new CostSensitiveAdversarialTraining { Attack = Quick }, new Combined(new Mixup(), new LogitAdjustment())),
        new DeepQLearning { Learning = Soon },
        new Combined(
            new DeepQLearning { Rho = 0.5, Learning = Soon with { DoubleQ = true, HuberLoss = true } },
            new ClassBalancedSampling { Q = 0.8 }
        ),
    ];

    private static ProjectedGradientAttack Quick => new() { StepSize = 6, Steps = 2 };

    // The short trainings of the battery need a new target soon.
    private static QLearning Soon => new() { ExplorationShare = 0.2, TargetInterval = 5 };

    /// <summary>Whether the strategy trains by rewards.</summary>
    public static bool HasRewards(TrainingStrategy strategy) =>
        strategy switch
        {
            DeepQLearning => true,
            Combined combined => HasRewards(combined.First) || HasRewards(combined.Second),
            _ => false,
        };

    /// <summary>Whether the strategy does something even when all classes are equally large.</summary>
    public static bool ChangesBalancedTraining(TrainingStrategy strategy) =>
        strategy switch
        {
            FocalLoss or LabelDistributionAwareMargin or Mixup or Remix or CostSensitiveAdversarialTraining or DeepQLearning => true,
            ClassBalancedWeights weights => ChangesBalancedTraining(weights.Of),
            Deferred deferred => ChangesBalancedTraining(deferred.Before) || ChangesBalancedTraining(deferred.After),
            Combined combined => ChangesBalancedTraining(combined.First) || ChangesBalancedTraining(combined.Second),
            _ => false,
        };
}

using MLNet.Procrustean.Strategies;
using MLNet.Procrustean.Training;

namespace MLNet.Procrustean.Tests.Strategies;

/// <summary>The strategies that every test of the battery is run with: at least one of each type.</summary>
internal static class AllStrategies
{
    public static IReadOnlyList<TrainingStrategy> List { get; } =
    [
        new PlainTraining(),
        new MajorFeatureWeakening(),
        new MajorFeatureWeakening { Depth = MixingDepth.Input, SmallestShare = 0.6 },
        new MajorFeatureWeakening { Depth = MixingDepth.PooledFeatures, PartnerGradient = false },
        new MajorFeatureWeakening { Depth = MixingDepth.AnyStage, SmallestShare = 0.7, Exponent = 0.5 },
        new LogitAdjustment(),
        new ClassDependentTemperatures(),
        new VectorScaling(),
        new ClassBalancedWeights(),
        new Deferred(new MajorFeatureWeakening(), new ClassBalancedWeights(), FromEpoch: 2),
        new Combined(new MajorFeatureWeakening { SmallestShare = 0.9 }, new LogitAdjustment { Strength = 0.5 }),
    ];
}

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
    ];
}

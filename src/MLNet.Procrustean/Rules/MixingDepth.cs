using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// Where in the network features are mixed: the input, before a stage, the pooled features, or before a stage drawn for each mini-batch.
/// </summary>
public readonly record struct MixingDepth
{
    private enum Place
    {
        Stage,
        PooledFeatures,
        AnyStage,
    }

    private readonly Place place;
    private readonly int stage;

    private MixingDepth(Place place, int stage = 0) => (this.place, this.stage) = (place, stage);

    /// <summary>The images themselves.</summary>
    public static MixingDepth Input => BeforeStage(0);

    /// <summary>The pooled features, before the classifier.</summary>
    public static MixingDepth PooledFeatures => new(Place.PooledFeatures);

    /// <summary>Before a residual stage that is drawn for each mini-batch, all equally likely.</summary>
    public static MixingDepth AnyStage => new(Place.AnyStage);

    /// <summary>Before one residual stage, counted from 1; 0 is the input.</summary>
    /// <param name="stage">
    /// 1 to 3 for <see cref="CifarResNet"/> and <see cref="LeNet"/>, 1 to 4 for <see cref="ResNet"/> and <see cref="MobileNetV3"/>.
    /// </param>
    /// <returns>The depth.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The stage is negative. One that the backbone lacks is refused before training.
    /// </exception>
    public static MixingDepth BeforeStage(int stage) => new(Place.Stage, Require.AtLeast(stage, 0, nameof(stage)));

    /// <inheritdoc/>
    public override string ToString() =>
        place switch
        {
            Place.PooledFeatures => "pooled features",
            Place.AnyStage => "any stage",
            _ => stage == 0 ? "input" : $"stage {stage}",
        };

    /// <summary>Refuses a stage that the network does not have.</summary>
    /// <param name="backbone">The network.</param>
    /// <exception cref="ArgumentException">It has no such stage.</exception>
    public void Check(Backbone backbone)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        if (place == Place.Stage && stage > backbone.ResidualStages)
        {
            throw new ArgumentException(
                $"Features cannot be mixed before stage {stage}: the backbone {backbone.Name} has stages 1 to {backbone.ResidualStages} "
                    + $"(0 is the input; for the features after the last stage use {nameof(PooledFeatures)})."
            );
        }
    }

    /// <summary>The earliest stage that can be drawn: see <see cref="Draw"/>.</summary>
    internal int Earliest(int residualStages) =>
        place switch
        {
            Place.PooledFeatures => residualStages + 1,
            Place.AnyStage => 1,
            _ => stage,
        };

    /// <summary>
    /// The stage before which the next mini-batch is mixed: 0 is the stem, 1 to n are the n residual stages, and n + 1 is the pooled
    /// features.
    /// </summary>
    internal int Draw(int residualStages, Generator random)
    {
        switch (place)
        {
            case Place.PooledFeatures:
                return residualStages + 1;
            case Place.AnyStage:
                using (var drawn = randint(1, residualStages + 1, [1], generator: random))
                {
                    return (int)drawn.item<long>();
                }

            default:
                return stage;
        }
    }
}

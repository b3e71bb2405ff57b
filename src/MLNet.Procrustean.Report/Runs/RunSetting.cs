using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>One choice about a training, as it is shown in a report.</summary>
/// <param name="Name">What was chosen.</param>
/// <param name="Value">The choice.</param>
public sealed record RunSetting(string Name, string Value)
{
    /// <summary>
    /// The options that shape a training: strategy, network, images, epochs, steps and the epoch kept; and of the others each that is not
    /// what it is by default in a training from random weights.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <returns>One setting for each, written the same in every culture.</returns>
    /// <exception cref="ObjectDisposedException">The training began with the weights of a model that was disposed.</exception>
    public static ImmutableArray<RunSetting> Of(ImageClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return InvariantText.Of<ImmutableArray<RunSetting>>(() =>
            [
                new("Strategy", $"{options.Strategy}"),
                new("Backbone", options.Backbone.Name),
                new("First convolution", options.WhitensStem ? "whitened" : "trained"),
                new("Image size", $"{options.ImageSize} × {options.ImageSize} × {options.Channels}"),
                new("Augmentation", $"{options.Augmentation}"),
                new("Epochs", $"{options.Epochs}"),
                new("Batch size", $"{options.BatchSize}"),
                new("Learning rate", $"{options.LearningRate}"),
                new("Learning rate schedule", $"{options.LearningRateSchedule}"),
                new("Momentum", $"{options.Momentum}"),
                new("Weight decay", $"{options.WeightDecay}"),
                new("Epoch kept", $"{options.Keep}"),
                .. Rarer(options).Except(Rarer(new())),
            ]
        );
    }

    private static RunSetting[] Rarer(ImageClassifierOptions options) =>
        [
            new("Initial weights", options.InitialWeights?.Identity ?? "random"),
            new("Frozen stages", $"{options.FrozenStages}"),
            new("Head epochs", $"{options.HeadEpochs}"),
            new("Batch normalisation", options.KeepsStatistics ? "keeps its statistics" : "of each batch"),
            new("Share of initial weights", $"{options.InitialShare}"),
            new("Layer decay", $"{options.LayerDecay}"),
            new("Optimizer", $"{options.Optimizer}"),
            new("Largest gradient norm", options.MaxGradientNorm is { } norm ? $"{norm}" : "any"),
            new("Batch parts", $"{options.BatchParts}"),
            new("Precision", $"{options.Precision}"),
            new("Aspect ratio", $"{options.AspectRatio}"),
            new("Mirror images averaged", $"{options.AverageFlips}"),
            new("Held out for validation", $"{options.ValidationSetFraction}"),
        ];
}

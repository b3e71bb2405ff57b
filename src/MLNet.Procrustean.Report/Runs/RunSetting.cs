using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>One choice about a training, as it is shown in a report.</summary>
/// <param name="Name">What was chosen.</param>
/// <param name="Value">The choice.</param>
public sealed record RunSetting(string Name, string Value)
{
    /// <summary>The options that shape a training: strategy, network, images, epochs, steps and the epoch kept.</summary>
    /// <param name="options">The options.</param>
    /// <returns>One setting for each, written the same in every culture.</returns>
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
            ]
        );
    }
}

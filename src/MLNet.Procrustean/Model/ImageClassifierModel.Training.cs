using System.Collections.Immutable;

namespace MLNet.Procrustean;

// What is known of the training, as long as the model is not loaded from a file.
public sealed partial class ImageClassifierModel
{
    /// <summary>The report of each epoch; empty in a model that was loaded.</summary>
    public ImmutableArray<EpochReport> EpochReports { get; internal init; } = [];

    /// <summary>The images that training left out because they could not be read; empty in a model that was loaded.</summary>
    public ImmutableArray<ImageException> SkippedImages { get; internal init; } = [];

    /// <summary>The number of images that the training's defaults followed; null in a model that was loaded.</summary>
    internal long? ImageCount { get; init; }

    /// <summary>
    /// What the training took for <see cref="Augmentation.HorizontalFlip"/>: false where it found classes that are each other's mirror
    /// image and the options left it open. Null where neither decided, and in a model that was loaded.
    /// </summary>
    internal bool? HorizontalFlip { get; init; }
}

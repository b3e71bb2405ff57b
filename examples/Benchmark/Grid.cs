using MLNet.Procrustean;

namespace Benchmark;

/// <summary>What is compared: all that was given on the command line.</summary>
internal sealed record Grid
{
    public required string Train { get; init; }

    public required string Test { get; init; }

    public required ImbalanceText Imbalance { get; init; }

    /// <summary>The first one is what the others are compared with.</summary>
    public required IReadOnlyList<Contender> Contenders { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>The seeds that settings are chosen with, on held-out images.</summary>
    public required IReadOnlyList<int> SelectionSeeds { get; init; }

    /// <summary>All but strategy and seed.</summary>
    public required ImageClassifierOptions Options { get; init; }

    /// <summary>The data set, named after the folder that holds its training and test folders, and the imbalance.</summary>
    public string Title => $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetDirectoryName(Train) ?? Train))} {Imbalance.Text}";

    /// <summary>All that decides a result but strategy, part and seed, in one line.</summary>
    public string Settings =>
        field ??= FormattableString.Invariant(
            $"{Title} data={Fingerprint.Of(Train, Test)} {Options.Backbone.Name} size={Options.ImageSize} channels={Options.Channels} {Options.Augmentation} epochs={Options.Epochs} batch={Options.BatchSize} rate={Options.LearningRate} {Options.LearningRateSchedule}{(Options.Precision == Precision.Fp32 ? "" : $" precision={Options.Precision}")}{(Options.WhitensStem ? " stem=whitened" : "")}"
        );
}

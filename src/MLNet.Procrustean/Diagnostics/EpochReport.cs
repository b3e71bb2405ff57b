using System.Collections.Immutable;
using System.Globalization;

namespace MLNet.Procrustean;

/// <summary>The results of one epoch of training.</summary>
public sealed record EpochReport
{
    /// <summary>The epoch, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The number of epochs of the whole training.</summary>
    public required int Epochs { get; init; }

    /// <summary>The mean loss over the images of the epoch, as trained (augmented, mixed).</summary>
    public required double Loss { get; init; }

    /// <summary>The learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Training images per second, validation and diagnostics not counted.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>The names of the classes, in the order of <see cref="TrainingAccuracy"/>.</summary>
    public required ImmutableArray<string> Classes { get; init; }

    /// <summary>
    /// For each class, the share of its images that were classified correctly while they were trained on (augmented, mixed), 0 to 1; NaN
    /// when the strategy drew none of them.
    /// </summary>
    public required ImmutableArray<double> TrainingAccuracy { get; init; }

    /// <summary>The mean of the classes' accuracies on the validation images, 0 to 1; null without such images.</summary>
    public double? ValidationMacroAccuracy { get; init; }

    /// <summary>
    /// What the strategy does otherwise from this epoch on, such as "another loss, no mixing of features"; null in an epoch that is trained
    /// by the rule of the one before, and where the rule changes in each epoch. With another loss, its values jump: those before and
    /// those after are not to be compared.
    /// </summary>
    public string? RuleChange { get; init; }

    /// <summary>The progress of each class; null in epochs that are not to be diagnosed.</summary>
    public EpochDiagnostics? Diagnostics { get; init; }

    /// <summary>The time since training began; a process that resumed it counts from where its epochs continue.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The part of <see cref="Elapsed"/> before the first epoch: features of frozen stages, the epochs of the head.</summary>
    internal TimeSpan Preparation { get; init; }

    /// <summary>The time that the remaining epochs will take at the pace of the epochs so far.</summary>
    public TimeSpan TimeLeft => (Elapsed - Preparation) * ((double)(Epochs - Epoch) / Epoch);

    /// <summary>One line for a log.</summary>
    /// <returns>Epoch, what is new in the strategy's rule, loss, rate, speed, accuracies and the time left.</returns>
    public override string ToString()
    {
        var validation = ValidationMacroAccuracy is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $", validation macro accuracy {accuracy:0.000}")
            : "";
        var classes = string.Join(
            " ",
            Classes.Zip(TrainingAccuracy, (name, share) => string.Create(CultureInfo.InvariantCulture, $"{name} {share:0.00}"))
        );
        var change = RuleChange is null ? "" : $", from here on by a new rule ({RuleChange})";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Epoch {Epoch}/{Epochs}{change}: loss {Loss:0.0000}, learning rate {LearningRate:G3}, {ImagesPerSecond:0} images/s"
                + $"{validation}, training accuracy by class [{classes}], {(int)TimeLeft.TotalHours:00}:{TimeLeft:mm\\:ss} left"
        );
    }
}

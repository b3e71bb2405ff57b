using System.Globalization;

namespace MLNet.Procrustean;

/// <summary>How far a training is within its current phase: before the first epoch, and within each.</summary>
public sealed record PhaseReport
{
    /// <summary>What the training is doing.</summary>
    public required TrainingPhase Phase { get; init; }

    /// <summary>The current epoch, counted from 1; null in the phases before the first.</summary>
    public int? Epoch { get; init; }

    /// <summary>The number of epochs of the whole training; null in the phases before the first.</summary>
    public int? Epochs { get; init; }

    /// <summary>The images done of the phase or, in training, of the epoch. On a GPU, steps that wait in its queue count.</summary>
    public required long Images { get; init; }

    /// <summary>
    /// All images of the phase or, in training, of the epoch; null where the data does not tell its number of rows. Where features of
    /// mirror images are computed too, these count.
    /// </summary>
    public long? TotalImages { get; init; }

    /// <summary>The images done per second, of the phase or, in training, of the epoch; 0 before the first ones.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>
    /// The time that the rest of the phase will take at the pace so far; in training, that of all remaining epochs. Null before the first
    /// images are done, and where their number is unknown.
    /// </summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>One line for a log.</summary>
    /// <returns>The phase or the epoch, images, speed and the time left.</returns>
    public override string ToString()
    {
        var total = TotalImages is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all}") : "";
        var left = TimeLeft is { } time
            ? string.Create(CultureInfo.InvariantCulture, $", {(int)time.TotalHours:00}:{time:mm\\:ss} left")
            : "";
        var (what, one) = Phase switch
        {
            TrainingPhase.ReadingLabels => ("Reading labels", "rows"),
            TrainingPhase.ReadingImages => ("Reading images", "images"),
            TrainingPhase.ComputingFeatures => ("Computing the features of the frozen stages", "images"),
            _ => (string.Create(CultureInfo.InvariantCulture, $"Epoch {Epoch}/{Epochs}"), "images"),
        };
        var speed = ImagesPerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $", {ImagesPerSecond:0} {one}/s") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {Images}{total} {one}{speed}{left}");
    }
}

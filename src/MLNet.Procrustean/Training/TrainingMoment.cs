using System.Globalization;
using System.Text.Json.Serialization;

namespace MLNet.Procrustean.Training;

/// <summary>The state of a training between two steps, apart from its weights.</summary>
/// <param name="Settings">The settings that determine the training, by name.</param>
/// <param name="Elapsed">The time that it has taken.</param>
/// <param name="BestAccuracy">The best macro accuracy on the validation images so far; −∞ for none.</param>
/// <param name="Reports">The epochs that have ended; a checkpoint stores their values for each class in arrays.</param>
/// <param name="Epoch">The current epoch, or the last one.</param>
/// <param name="DivergedIn">The epoch in which it diverged, if it did.</param>
internal sealed record TrainingMoment(
    Dictionary<string, string> Settings,
    TimeSpan Elapsed,
    double BestAccuracy,
    List<EpochReport> Reports,
    EpochMoment Epoch,
    int? DivergedIn
)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>The part of the time before the first epoch; zero in checkpoints of earlier versions, which do not tell it.</summary>
    public TimeSpan Preparation { get; init; }

    /// <summary>The process that finished the training; null before its end.</summary>
    public Guid? FinishedBy { get; init; }

    [JsonIgnore]
    public int Seed => int.Parse(Settings[nameof(ImageClassifierOptions.Seed)], CultureInfo.InvariantCulture);

    /// <summary>Whether a training can have reached it, as far as its own values show.</summary>
    [JsonIgnore]
    public bool IsPossible =>
        int.TryParse(
            Settings.GetValueOrDefault(nameof(ImageClassifierOptions.Seed)),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out _
        )
        && Elapsed >= Epoch.Begun
        && Elapsed < Longest
        && Epoch.Begun >= Preparation
        && Preparation >= TimeSpan.Zero
        && Epoch.Number >= 1
        && Epoch.Steps >= 0
        && Reports.All(report => report is { Classes.IsDefault: false, TrainingAccuracy.IsDefault: false });
}

/// <summary>What <see cref="EpochProgress"/> holds, as values: the two random generators by their inner state.</summary>
internal sealed record EpochMoment(
    int Number,
    TimeSpan Begun,
    int Steps,
    double LearningRate,
    double LossSum,
    long[] Seen,
    long[] Correct,
    byte[] Augmentation,
    byte[] Mixing
);

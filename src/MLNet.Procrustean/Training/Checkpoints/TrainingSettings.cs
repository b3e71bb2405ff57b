using System.Reflection;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>The settings that determine a training, as texts by name, to check whether a checkpoint belongs to the same training.</summary>
internal static class TrainingSettings
{
    public const string Classes = "Classes";

    /// <summary>
    /// The options that do not change what is trained, or whose effect shows in the seed, in the images or in another option.
    /// </summary>
    internal static readonly string[] WithoutInfluence =
    [
        nameof(ImageClassifierOptions.LabelColumnName),
        nameof(ImageClassifierOptions.ImageColumnName),
        nameof(ImageClassifierOptions.ScoreColumnName),
        nameof(ImageClassifierOptions.PredictedLabelColumnName),
        nameof(ImageClassifierOptions.FeatureColumnName),
        nameof(ImageClassifierOptions.AverageFlips),
        nameof(ImageClassifierOptions.BadImages),
        nameof(ImageClassifierOptions.ValidationSet),
        nameof(ImageClassifierOptions.Replicas),
        nameof(ImageClassifierOptions.Progress),
        nameof(ImageClassifierOptions.PhaseProgress),
        nameof(ImageClassifierOptions.Cancellation),
        nameof(ImageClassifierOptions.OnCancel),
        nameof(ImageClassifierOptions.CheckpointPath),
        nameof(ImageClassifierOptions.CheckpointInterval),
        nameof(ImageClassifierOptions.CachePath),
        nameof(ImageClassifierOptions.Diagnostics),
        nameof(ImageClassifierOptions.WhitenedStem),
    ];

    // Options that checkpoints of earlier versions lack, with the values that change nothing.
    private static readonly KeyValuePair<string, string>[] Later =
    [
        new(nameof(ImageClassifierOptions.FrozenStages), "0"),
        new(nameof(ImageClassifierOptions.LayerDecay), "1"),
        new(nameof(ImageClassifierOptions.HeadEpochs), "0"),
        new(nameof(ImageClassifierOptions.KeepsStatistics), "False"),
        new(nameof(ImageClassifierOptions.InitialShare), "0"),
        new(nameof(ImageClassifierOptions.Optimizer), nameof(Optimizer.Sgd)),
        new(nameof(ImageClassifierOptions.BatchParts), "1"),
    ];

    /// <summary>
    /// Every other option, so that none is forgotten. The precision is the one that is selected on this device, so that no other machine
    /// resumes the training in another precision.
    /// </summary>
    public static Dictionary<string, string> Of(ImageClassifierOptions options, Device device) =>
        InvariantText.Of(() =>
            typeof(ImageClassifierOptions)
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(option => !WithoutInfluence.Contains(option.Name))
                .Select(option => KeyValuePair.Create(option.Name, Text(option.GetValue(options), device)))
                .Where(setting => !Later.Contains(setting))
                .ToDictionary()
        );

    /// <summary>The settings, with the options that are left out where they change nothing.</summary>
    public static Dictionary<string, string> Complete(Dictionary<string, string> settings) =>
        Later.Where(setting => !settings.ContainsKey(setting.Key)).Concat(settings).ToDictionary();

    public static Dictionary<string, string> Of(TrainingImages images, IEnumerable<string> classes) =>
        new()
        {
            [Classes] = SettingDifferences.List(classes),
            ["Training images"] = Text(images.Train),
            ["Validation images"] = Text(images.Validation),
        };

    private static string Text(object? value, Device? device = null) =>
        value switch
        {
            null => SettingDifferences.None,
            Precision precision => precision.On(device!).ToString(),
            InitialWeights weights => weights.Identity,
            LabelledImages images => $"{images.Count} with pixels and labels {Fingerprint.Of(images)}",
            _ => value.ToString() ?? SettingDifferences.None,
        };
}

using System.Globalization;
using System.Reflection;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>What decides about a training, as texts by name, to tell whether a checkpoint is of the same one.</summary>
internal static class TrainingSettings
{
    private const string None = "none";

    /// <summary>The options that do not change what is trained, or that show in the seed, in the images or in what they come to.</summary>
    internal static readonly string[] WithoutInfluence =
    [
        nameof(ImageClassifierOptions.LabelColumnName),
        nameof(ImageClassifierOptions.ImageColumnName),
        nameof(ImageClassifierOptions.ScoreColumnName),
        nameof(ImageClassifierOptions.PredictedLabelColumnName),
        nameof(ImageClassifierOptions.BadImages),
        nameof(ImageClassifierOptions.ValidationSet),
        nameof(ImageClassifierOptions.Progress),
        nameof(ImageClassifierOptions.Cancellation),
        nameof(ImageClassifierOptions.OnCancel),
        nameof(ImageClassifierOptions.CheckpointPath),
        nameof(ImageClassifierOptions.CheckpointInterval),
        nameof(ImageClassifierOptions.CachePath),
        nameof(ImageClassifierOptions.Diagnostics),
        nameof(ImageClassifierOptions.WhitenedStem),
    ];

    /// <summary>Every other option, so that none is forgotten; of the precision what it comes to, so that another machine does not go on in another one.</summary>
    public static Dictionary<string, string> Of(ImageClassifierOptions options, Device device)
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // records print their numbers by it
        try
        {
            return typeof(ImageClassifierOptions)
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(option => !WithoutInfluence.Contains(option.Name))
                .ToDictionary(
                    option => option.Name,
                    option =>
                        option.GetValue(options) is Precision precision ? precision.On(device).ToString() : Text(option.GetValue(options))
                );
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    public static Dictionary<string, string> Of(TrainingImages images, IEnumerable<string> classes) =>
        new()
        {
            ["Classes"] = List(classes),
            ["Training images"] = Text(images.Train),
            ["Validation images"] = Text(images.Validation),
        };

    /// <summary>A line for each setting that is not the same in both.</summary>
    public static List<string> Differences(
        IReadOnlyDictionary<string, string> before,
        string nameOfBefore,
        IReadOnlyDictionary<string, string> now
    ) =>
        [
            .. from name in before.Keys.Union(now.Keys)
            let pair = (Before: before.GetValueOrDefault(name, None), Now: now.GetValueOrDefault(name, None))
            where pair.Before != pair.Now
            select $"{name}: {nameOfBefore} {pair.Before}, now {pair.Now}",
        ];

    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private static string Text(object? value) =>
        value switch
        {
            null => None,
            ImageClassifierModel model => $"a model with weights {model.FingerprintOfWeights()}",
            LabelledImages images => $"{images.Count} with pixels and labels {Fingerprint.Of(images)}",
            _ => value.ToString() ?? None,
        };
}

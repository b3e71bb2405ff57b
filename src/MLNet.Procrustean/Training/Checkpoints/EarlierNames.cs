using System.Text.RegularExpressions;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>The names that options and parameters of strategies had in checkpoints of format version 2, and have today.</summary>
internal static partial class EarlierNames
{
    private static readonly Dictionary<string, string> NamesOfToday = new()
    {
        ["ClassBalancedDraw"] = nameof(ClassBalancedSampling),
        ["Concentration"] = nameof(Mixup.Alpha),
        ["CountRatio"] = nameof(Remix.Kappa),
        ["Exponent"] = nameof(MajorFeatureWeakening.Gamma),
        ["LargestMargin"] = nameof(LabelDistributionAwareMargin.MaxMargin),
        ["LongestGradient"] = nameof(ImageClassifierOptions.MaxGradientNorm),
        ["Schedule"] = nameof(ImageClassifierOptions.LearningRateSchedule),
        ["ShareLimit"] = nameof(Remix.Tau),
        ["SmallestShare"] = nameof(MajorFeatureWeakening.MinLambda),
        ["StartFrom"] = nameof(ImageClassifierOptions.InitialWeights),
        ["Strength"] = nameof(LogitAdjustment.Tau),
        ["ValidationFraction"] = nameof(ImageClassifierOptions.ValidationSetFraction),
    };

    /// <summary>Settings of a training by the names of today.</summary>
    public static Dictionary<string, string> Translate(Dictionary<string, string> settings) =>
        settings.ToDictionary(setting => Word().Replace(setting.Key, Today), setting => Translate(setting.Key, setting.Value));

    // Names of classes are the user's own.
    private static string Translate(string setting, string text) =>
        setting == TrainingSettings.Classes ? text : Word().Replace(Sampling().Replace(text, "$1Q"), Today);

    private static string Today(Match word) => NamesOfToday.GetValueOrDefault(word.Value, word.Value);

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"(ClassBalancedDraw \{ )Exponent\b")]
    private static partial Regex Sampling();
}

using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean;
using MLNet.Procrustean.Corrections;
using MLNet.Procrustean.Training;
using TrainFolder;

namespace Benchmark;

/// <summary>A strategy and, where wanted, a correction of the model that it trained.</summary>
/// <param name="Strategy">To train by.</param>
/// <param name="Correct">Makes the corrected model of the trained one; null for none.</param>
internal sealed partial record CorrectedStrategy(TrainingStrategy Strategy, Func<ImageClassifierModel, ImageClassifierModel>? Correct)
{
    public const string Help = StrategyText.Help
        + " After any of them, a correction of the trained model: plain corrected by adjust(1), which is logit adjustment with that tau, or plain corrected by normalise(0.5), tau-normalisation.";

    /// <summary>Reads <c>plain corrected by adjust(1)</c>, or a strategy alone.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static CorrectedStrategy Parse(string text)
    {
        var corrected = CorrectedForm().Match(text);
        if (!corrected.Success)
        {
            return new(StrategyText.Parse(text), null);
        }

        var tau = double.Parse(corrected.Groups["tau"].Value, CultureInfo.InvariantCulture);
        return new(StrategyText.Parse(corrected.Groups["strategy"].Value), corrected.Groups["name"].Value switch
        {
            "adjust" => model => model.AdjustLogits(tau),
            "normalise" => model => model.NormaliseClassifier(tau),
            var name => throw new FormatException($"There is no correction '{name}'. There is {Help}"),
        });
    }

    [GeneratedRegex(@"^(?<strategy>.+?)\s+corrected\s+by\s+(?<name>[a-z]+)\(\s*(?<tau>[0-9]{1,9}(\.[0-9]{1,9})?)\s*\)\s*$")]
    private static partial Regex CorrectedForm();
}

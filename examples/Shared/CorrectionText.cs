using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean;

namespace Shared;

/// <summary>
/// Reads from the command line what is done to a model after training: <c>none</c>, <c>la(tau=1)</c> or <c>tau-norm(tau=0.5)</c>.
/// </summary>
internal static partial class CorrectionText
{
    public const string Help =
        "none; la(tau=1): logit adjustment after training; tau-norm(tau=0.5): rows of the classifier brought nearer to equal length.";

    public static Func<ImageClassifierModel, ImageClassifierModel> Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"There is no correction '{text}'. Corrections: {Help}");
        }

        var name = match.Groups["name"].Value;
        var tau = match.Groups["tau"] is { Success: true } group ? double.Parse(group.Value, CultureInfo.InvariantCulture) : (double?)null;
        if (tau > (name == "la" ? 10 : 1)) // said now, not after the training
        {
            throw new FormatException($"The parameter tau of {name} is too large: it goes up to 10 for la, and to 1 for tau-norm.");
        }

        return name switch
        {
            "la" => model => tau is { } given ? model.AdjustLogits(given) : model.AdjustLogits(),
            "tau-norm" => model => tau is { } given ? model.NormaliseClassifier(given) : model.NormaliseClassifier(),
            _ => model => model,
        };
    }

    [GeneratedRegex(@"^\s*(?:(?<name>none)|(?<name>la|tau-norm)(?:\(\s*tau\s*=\s*(?<tau>[0-9]+(\.[0-9]+)?)\s*\))?)\s*$")]
    private static partial Regex Form();
}

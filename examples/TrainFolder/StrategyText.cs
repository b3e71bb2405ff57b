using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean.Strategies;
using MLNet.Procrustean.Training;

namespace TrainFolder;

/// <summary>Reads a strategy from the command line: <c>plain</c>, <c>mfw</c> or <c>mfw(lambda=0.7,stage=any)</c>.</summary>
internal static partial class StrategyText
{
    public const string Help = "plain, or mfw (Major Feature Weakening), with parameters as in mfw(lambda=0.75,stage=2,gamma=1,partner-gradient=true); stage is input, 1, 2, ..., any or pooled.";

    public static TrainingStrategy Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"The strategy '{text}' is not of the form name or name(parameter=value,...). There is {Help}");
        }

        var parameters = match.Groups["pair"].Captures.Select(pair => pair.Value.Split('=', 2)).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
        return match.Groups["name"].Value switch
        {
            "plain" when parameters.Count == 0 => new PlainTraining(),
            "plain" => throw new FormatException("The strategy plain has no parameters."),
            "mfw" => parameters.Aggregate(new MajorFeatureWeakening(), (strategy, pair) => With(strategy, pair.Key, pair.Value)),
            var name => throw new FormatException($"There is no strategy '{name}'. There is {Help}"),
        };
    }

    private static MajorFeatureWeakening With(MajorFeatureWeakening strategy, string parameter, string value) => parameter switch
    {
        "lambda" => strategy with { SmallestShare = Number(parameter, value) },
        "gamma" => strategy with { Exponent = Number(parameter, value) },
        "stage" => strategy with { Depth = Depth(value) },
        "partner-gradient" => strategy with { PartnerGradient = bool.TryParse(value, out var on) ? on : throw Wrong(parameter, value, "true or false") },
        _ => throw new FormatException($"The strategy mfw has no parameter '{parameter}'; it has lambda, gamma, stage and partner-gradient."),
    };

    private static MixingDepth Depth(string value) => value switch
    {
        "input" => MixingDepth.Input,
        "any" => MixingDepth.AnyStage,
        "pooled" => MixingDepth.PooledFeatures,
        _ => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var stage) ? MixingDepth.BeforeStage(stage) : throw Wrong("stage", value, "input, a number, any or pooled"),
    };

    private static double Number(string parameter, string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Wrong(parameter, value, "a number with a decimal point");

    private static FormatException Wrong(string parameter, string value, string wanted) => new($"The parameter {parameter} is '{value}'; it must be {wanted}.");

    [GeneratedRegex(@"^\s*(?<name>[a-z]+)\s*(\(\s*((?<pair>[a-z-]+\s*=\s*[^,()=]+)\s*(,\s*|(?=\))))*\))?\s*$")]
    private static partial Regex Form();
}

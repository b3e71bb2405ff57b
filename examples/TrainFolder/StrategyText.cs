using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean.Strategies;
using MLNet.Procrustean.Training;

namespace TrainFolder;

/// <summary>Reads a strategy from the command line: <c>mfw</c>, <c>mfw(lambda=0.7)+la(tau=0.5)</c>, <c>plain then cb from 25</c>.</summary>
internal static partial class StrategyText
{
    public const string Help =
        "plain; mfw (Major Feature Weakening); cdt (class-dependent temperatures); la (logit adjustment); vs (vector scaling); cb (class-balanced weights); " +
        "with parameters as in mfw(lambda=0.75,stage=2,gamma=1,partner-gradient=true), cdt(gamma=0.2), la(tau=1), vs(gamma=0.1,tau=1), cb(beta=0.9999), " +
        "where stage is input, 1, 2, ..., any or pooled; mfw+la for mixing with another loss; A then B from N for B from epoch N on.";

    public static TrainingStrategy Parse(string text)
    {
        var deferred = DeferredForm().Match(text);
        return deferred.Success
            ? new Deferred(Combination(deferred.Groups["before"].Value), Combination(deferred.Groups["after"].Value), int.Parse(deferred.Groups["epoch"].Value, CultureInfo.InvariantCulture))
            : Combination(text);
    }

    private static TrainingStrategy Combination(string text) => text.Split('+') switch
    {
        [var one] => Single(one),
        [var mixing, var loss] => Single(mixing) is MajorFeatureWeakening weakening && Single(loss) is var other and not (MajorFeatureWeakening or PlainTraining)
            ? new Combined(weakening, other)
            : throw new FormatException($"'{text}' does not add a loss to a mixing; write mfw first, then +, then cdt, la, vs or cb."),
        _ => throw new FormatException($"'{text}' has more than one +."),
    };

    private static TrainingStrategy Single(string text)
    {
        var match = SingleForm().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"The strategy '{text}' is not of the form name or name(parameter=value,...). There is {Help}");
        }

        var parameters = new StrategyParameters(match.Groups["name"].Value, match.Groups["pair"].Captures.Select(pair => pair.Value));
        TrainingStrategy strategy = parameters.Strategy switch
        {
            "plain" => new PlainTraining(),
            "mfw" => Read(new MajorFeatureWeakening(), it => it with
            {
                SmallestShare = parameters.Number("lambda", it.SmallestShare),
                Exponent = parameters.Number("gamma", it.Exponent),
                Depth = parameters.Depth("stage", it.Depth),
                PartnerGradient = parameters.Switch("partner-gradient", it.PartnerGradient),
            }),
            "cdt" => Read(new ClassDependentTemperatures(), it => it with { Exponent = parameters.Number("gamma", it.Exponent) }),
            "la" => Read(new LogitAdjustment(), it => it with { Strength = parameters.Number("tau", it.Strength) }),
            "vs" => Read(new VectorScaling(), it => it with { Exponent = parameters.Number("gamma", it.Exponent), Strength = parameters.Number("tau", it.Strength) }),
            "cb" => Read(new ClassBalancedWeights(), it => it with { Beta = parameters.Number("beta", it.Beta) }),
            var name => throw new FormatException($"There is no strategy '{name}'. There is {Help}"),
        };
        parameters.RefuseOthers();
        return strategy;
    }

    // The usual values stand in the library alone.
    private static T Read<T>(T usual, Func<T, T> with) => with(usual);

    [GeneratedRegex(@"^(?<before>.+)\s+then\s+(?<after>.+)\s+from\s+(?<epoch>[0-9]{1,6})\s*$")]
    private static partial Regex DeferredForm();

    [GeneratedRegex(@"^\s*(?<name>[a-z]+)\s*(\(\s*((?<pair>[a-z-]+\s*=\s*[^,()=]+)\s*(,\s*|(?=\))))*\))?\s*$")]
    private static partial Regex SingleForm();
}

using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>Reads a strategy from the command line: <c>mfw</c>, <c>mfw(lambda=0.7)+la(tau=0.5)</c>, <c>ldam then cb*ldam from 25</c>.</summary>
internal static partial class StrategyText
{
    public const string Help =
        "recommended; plain; mfw (Major Feature Weakening); cdt (class-dependent temperatures); la (logit adjustment); vs (vector scaling); "
        + "ldam (label-distribution-aware margins); focal; cb (class-balanced weights); draw (class-balanced draw); mixup; remix; with parameters as in "
        + "mfw(lambda=0.75,stage=2,gamma=1,partner-gradient=true,fraction=1), cdt(gamma=0.2), la(tau=1), vs(gamma=0.1,tau=1), ldam(margin=0.5), focal(gamma=1), "
        + "cb(beta=0.9999), draw(q=0), mixup(alpha=1,stage=input), remix(alpha=1,kappa=3,tau=0.5), where stage is input, 1, 2, ..., any or pooled; "
        + "cb*A for A with its loss weighted, as in cb*focal; A+B for two at once, as in mfw+la; A then B from N for B from epoch N on, as in ldam then cb*ldam from 25.";

    public static TrainingStrategy Parse(string text)
    {
        var deferred = DeferredForm().Match(text);
        return deferred.Success
            ? new Deferred(
                Parse(deferred.Groups["before"].Value),
                Combination(deferred.Groups["after"].Value),
                int.Parse(deferred.Groups["epoch"].Value, CultureInfo.InvariantCulture)
            )
            : Combination(text);
    }

    private static TrainingStrategy Combination(string text) =>
        text.Split('+').Select(Weighted).Aggregate((first, second) => new Combined(first, second));

    private static TrainingStrategy Weighted(string text) =>
        text.Split('*', 2) switch
        {
            [var weights, var weighted] => Single(weights) is ClassBalancedWeights balanced
                ? balanced with
                {
                    Of = Weighted(weighted),
                }
                : throw new FormatException($"'{text}' does not weight a loss: only cb can stand before *."),
            _ => Single(text),
        };

    private static TrainingStrategy Single(string text)
    {
        var match = SingleForm().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"The strategy '{text}' is not of the form name or name(parameter=value,...). There is {Help}");
        }

        var parameters = new StrategyParameters(match.Groups["name"].Value, match.Groups["pair"].Captures.Select(pair => pair.Value));
        var strategy = Named(parameters);
        parameters.RefuseOthers();
        return strategy;
    }

    private static TrainingStrategy Named(StrategyParameters given) =>
        given.Strategy switch
        {
            "recommended" => new RecommendedStrategy(),
            "plain" => new PlainTraining(),
            "mfw" => Read(new MajorFeatureWeakening(), it =>
                it with
                {
                    MinLambda = given.Number("lambda", it.MinLambda),
                    Gamma = given.Number("gamma", it.Gamma),
                    Depth = given.Depth("stage", it.Depth),
                    PartnerGradient = given.Switch("partner-gradient", it.PartnerGradient),
                    MixedFraction = given.Number("fraction", it.MixedFraction),
                }
            ),
            "cdt" => Read(new ClassDependentTemperatures(), it => it with { Gamma = given.Number("gamma", it.Gamma) }),
            "la" => Read(new LogitAdjustment(), it => it with { Tau = given.Number("tau", it.Tau) }),
            "vs" => Read(new VectorScaling(), it => it with { Gamma = given.Number("gamma", it.Gamma), Tau = given.Number("tau", it.Tau) }),
            "ldam" => Read(new LabelDistributionAwareMargin(), it => it with { MaxMargin = given.Number("margin", it.MaxMargin) }),
            "focal" => Read(new FocalLoss(), it => it with { Gamma = given.Number("gamma", it.Gamma) }),
            "cb" => Read(new ClassBalancedWeights(), it => it with { Beta = given.Number("beta", it.Beta) }),
            "draw" => Read(new ClassBalancedSampling(), it => it with { Q = given.Number("q", it.Q) }),
            "mixup" => Read(new Mixup(), it => it with { Alpha = given.Number("alpha", it.Alpha), Depth = given.Depth("stage", it.Depth) }),
            "remix" => Read(new Remix(), it =>
                it with
                {
                    Alpha = given.Number("alpha", it.Alpha),
                    Kappa = given.Number("kappa", it.Kappa),
                    Tau = given.Number("tau", it.Tau),
                }
            ),
            var name => throw new FormatException($"There is no strategy '{name}'. There is {Help}"),
        };

    // The usual values stand in the library alone.
    private static T Read<T>(T usual, Func<T, T> with) => with(usual);

    [GeneratedRegex(@"^(?<before>.+)\s+then\s+(?<after>.+)\s+from\s+(?<epoch>[0-9]{1,6})\s*$")]
    private static partial Regex DeferredForm();

    [GeneratedRegex(@"^\s*(?<name>[a-z]+)\s*(\(\s*((?<pair>[a-z-]+\s*=\s*[^,()=]+)\s*(,\s*|(?=\))))*\))?\s*$")]
    private static partial Regex SingleForm();
}

using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean;

namespace Shared;

/// <summary>
/// Reads a strategy from the command line: <c>mfw</c>, <c>mfw(min-lambda=0.7)+la(tau=0.5)</c>, <c>ldam then cb*ldam from 25</c>.
/// </summary>
internal static partial class StrategyText
{
    public static string Help { get; } =
        $"{string.Join("; ", NamedStrategy.All)}. Parameters that are left out are as shown; a depth is input, 1, 2, ..., any or pooled. "
        + "cb*A weights the loss of A, as in cb*focal. A+B is both at once, as in mfw+la. "
        + "A then B from N is B from epoch N on, as in ldam then cb*ldam from 25.";

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
        var parameters = GivenParameters.Parse("strategy", text, $"Strategies: {Help}");
        var named = NamedStrategy.All.FirstOrDefault(one => one.Name == parameters.Name)
            ?? throw new FormatException($"There is no strategy '{parameters.Name}'. Strategies: {Help}");
        var strategy = named.Read(parameters);
        parameters.RefuseOthers();
        return strategy;
    }

    [GeneratedRegex(@"^(?<before>.+)\s+then\s+(?<after>.+)\s+from\s+(?<epoch>[0-9]{1,6})\s*$")]
    private static partial Regex DeferredForm();
}

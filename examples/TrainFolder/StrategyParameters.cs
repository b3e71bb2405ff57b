using System.Globalization;
using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>The parameters in the parentheses after a strategy's name, each read once; what nobody reads is refused.</summary>
internal sealed class StrategyParameters
{
    private readonly Dictionary<string, string> values = [];
    private readonly List<string> known = [];

    public StrategyParameters(string strategy, IEnumerable<string> pairs)
    {
        Strategy = strategy;
        foreach (var pair in pairs.Select(pair => pair.Split('=', 2)))
        {
            if (!values.TryAdd(pair[0].Trim(), pair[1].Trim()))
            {
                throw new FormatException($"The parameter {pair[0].Trim()} of {strategy} is given twice.");
            }
        }
    }

    public string Strategy { get; }

    public double Number(string name, double usual) =>
        Take(name) is not { } text ? usual
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, text, "a number with a decimal point");

    public bool Switch(string name, bool usual) =>
        Take(name) is not { } text ? usual
        : bool.TryParse(text, out var on) ? on
        : throw Wrong(name, text, "true or false");

    public MixingDepth Depth(string name, MixingDepth usual) =>
        Take(name) switch
        {
            null => usual,
            "input" => MixingDepth.Input,
            "any" => MixingDepth.AnyStage,
            "pooled" => MixingDepth.PooledFeatures,
            var text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var stage)
                ? MixingDepth.BeforeStage(stage)
                : throw Wrong(name, text, "input, a number, any or pooled"),
        };

    public void RefuseOthers()
    {
        if (values.Count > 0)
        {
            throw new FormatException(
                $"The strategy {Strategy} has no parameter '{values.Keys.First()}'; it has {(known.Count == 0 ? "none" : string.Join(", ", known))}."
            );
        }
    }

    private string? Take(string name)
    {
        known.Add(name);
        return values.Remove(name, out var text) ? text : null;
    }

    private static FormatException Wrong(string name, string text, string wanted) =>
        new($"The parameter {name} is '{text}'; it must be {wanted}.");
}

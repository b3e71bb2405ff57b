using System.Globalization;
using MLNet.Procrustean;

namespace Shared;

/// <summary>The parameters in the parentheses after a strategy's name, each read once; what nobody reads is refused.</summary>
internal sealed class StrategyParameters
{
    private static readonly Dictionary<string, MixingDepth> Depths = new()
    {
        ["input"] = MixingDepth.Input,
        ["any"] = MixingDepth.AnyStage,
        ["pooled"] = MixingDepth.PooledFeatures,
    };

    private readonly string strategy;
    private readonly Dictionary<string, string> values = [];
    private readonly List<(string Name, string Value)> defaults = [];

    public StrategyParameters(string strategy, IEnumerable<string> pairs)
    {
        this.strategy = strategy;
        foreach (var pair in pairs.Select(pair => pair.Split('=', 2)))
        {
            if (!values.TryAdd(pair[0].Trim(), pair[1].Trim()))
            {
                throw new FormatException($"The parameter {pair[0].Trim()} of {strategy} is given twice.");
            }
        }
    }

    public double Number(string name, double byDefault) =>
        Take(name, byDefault.ToString(CultureInfo.InvariantCulture)) is not { } text ? byDefault
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, text, "a number with a decimal point");

    public bool Switch(string name, bool byDefault) =>
        Take(name, byDefault ? "true" : "false") is not { } text ? byDefault
        : bool.TryParse(text, out var on) ? on
        : throw Wrong(name, text, "true or false");

    public MixingDepth Depth(string name, MixingDepth byDefault) =>
        Take(name, Text(byDefault)) is not { } text ? byDefault
        : Depths.TryGetValue(text, out var depth) ? depth
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var stage) ? MixingDepth.BeforeStage(stage)
        : throw Wrong(name, text, "input, a number, any or pooled");

    public void RefuseOthers()
    {
        if (values.Count > 0)
        {
            var known = defaults.Count == 0 ? "none" : string.Join(", ", defaults.Select(one => one.Name));
            throw new FormatException($"The strategy {strategy} has no parameter '{values.Keys.First()}'; it has {known}.");
        }
    }

    /// <summary>The strategy with the default of each parameter that was asked for, as in <c>vs(gamma=0.1,tau=1)</c>.</summary>
    public override string ToString() =>
        defaults.Count == 0 ? strategy : $"{strategy}({string.Join(',', defaults.Select(one => $"{one.Name}={one.Value}"))})";

    private static string Text(MixingDepth depth) =>
        Depths.FirstOrDefault(pair => pair.Value == depth).Key ?? $"{depth}".Replace("stage ", "", StringComparison.Ordinal);

    private string? Take(string name, string byDefault)
    {
        defaults.Add((name, byDefault));
        return values.Remove(name, out var text) ? text : null;
    }

    private static FormatException Wrong(string name, string text, string wanted) =>
        new($"The parameter {name} is '{text}'; it must be {wanted}.");
}

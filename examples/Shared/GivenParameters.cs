using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean;

namespace Shared;

/// <summary>The parameters in the parentheses after a name, each read once; what nobody reads is refused.</summary>
internal sealed partial class GivenParameters
{
    private static readonly Dictionary<string, MixingDepth> Depths = new()
    {
        ["input"] = MixingDepth.Input,
        ["any"] = MixingDepth.AnyStage,
        ["pooled"] = MixingDepth.PooledFeatures,
    };

    private const string PairForm = @"[a-z-]+\s*=\s*[^,()=]+"; // a parameter and its value
    private readonly string kind;
    private readonly Dictionary<string, string> values = [];
    private readonly List<(string Name, string Value)> defaults = [];

    /// <param name="kind">What is named, for messages: a strategy, an augmentation.</param>
    /// <param name="name">Its name.</param>
    /// <param name="pairs">Names and values, as in <c>tau=1</c>.</param>
    public GivenParameters(string kind, string name, IEnumerable<string> pairs)
    {
        this.kind = kind;
        Name = name;
        foreach (var pair in pairs.Select(pair => pair.Split('=', 2)))
        {
            if (!values.TryAdd(pair[0].Trim(), pair[1].Trim()))
            {
                throw new FormatException($"The parameter {pair[0].Trim()} of {name} is given twice.");
            }
        }
    }

    /// <summary>The name before the parentheses.</summary>
    public string Name { get; }

    /// <summary>Reads a name with or without parameters, as in <c>la</c> or <c>la(tau=1)</c>.</summary>
    /// <exception cref="FormatException">It has another form; the message ends with what is known.</exception>
    public static GivenParameters Parse(string kind, string text, string known)
    {
        var match = Form().Match(text);
        return match.Success
            ? new(kind, match.Groups["name"].Value, match.Groups["pair"].Captures.Select(pair => pair.Value))
            : throw new FormatException($"The {kind} '{text}' is not of the form name or name(parameter=value,...). {known}");
    }

    /// <summary>The values of a parameter, as <see cref="Parse"/> reads them, in a text that may join several names.</summary>
    public static IEnumerable<string> ValuesOf(string parameter, string text) =>
        Pair()
            .Matches(text)
            .Select(match => match.Value.Split('=', 2))
            .Where(pair => pair[0].Trim() == parameter)
            .Select(pair => pair[1].Trim());

    public double Number(string name, double byDefault) =>
        Take(name, byDefault.ToString(CultureInfo.InvariantCulture)) is not { } text ? byDefault
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, text, "a number with a decimal point");

    public double? NumberOrNull(string name, string meaningOfNull) =>
        Take(name, meaningOfNull) is not { } text || text == meaningOfNull ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, text, $"a number with a decimal point or {meaningOfNull}");

    public int Whole(string name, int byDefault) =>
        Take(name, byDefault.ToString(CultureInfo.InvariantCulture)) is not { } text ? byDefault
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, text, "a whole number");

    public int? WholeOrNull(string name, string meaningOfNull, int? byDefault = null) =>
        Take(name, byDefault?.ToString(CultureInfo.InvariantCulture) ?? meaningOfNull) is not { } text ? byDefault
        : text == meaningOfNull ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, text, $"a whole number or {meaningOfNull}");

    public T OneOf<T>(string name, IReadOnlyDictionary<string, T> values, T byDefault) =>
        Take(name, values.First(pair => Equals(pair.Value, byDefault)).Key) is not { } text ? byDefault
        : values.TryGetValue(text, out var value) ? value
        : throw Wrong(name, text, $"one of {string.Join(", ", values.Keys)}");

    public string? PathOrNull(string name, string meaningOfNull) =>
        Take(name, meaningOfNull) is { } text && text != meaningOfNull ? text : null;

    /// <summary>Names with slashes between them; default where none is given.</summary>
    public ImmutableArray<string> NamesOrDefault(string name, string meaningOfDefault) =>
        Take(name, meaningOfDefault) is { } text && text != meaningOfDefault ? [.. text.Split('/')] : default;

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
            throw new FormatException($"The {kind} {Name} has no parameter '{values.Keys.First()}'; it has {known}.");
        }
    }

    /// <summary>The name with the default of each parameter that was asked for, as in <c>vs(gamma=0.1,tau=1)</c>.</summary>
    public override string ToString() =>
        defaults.Count == 0 ? Name : $"{Name}({string.Join(',', defaults.Select(one => $"{one.Name}={one.Value}"))})";

    private static string Text(MixingDepth depth) =>
        Depths.FirstOrDefault(pair => pair.Value == depth).Key ?? $"{depth}".Replace("stage ", "", StringComparison.Ordinal);

    private string? Take(string name, string byDefault)
    {
        defaults.Add((name, byDefault));
        return values.Remove(name, out var text) ? text : null;
    }

    private static FormatException Wrong(string name, string text, string wanted) =>
        new($"The parameter {name} is '{text}'; it must be {wanted}.");

    [GeneratedRegex(@"^\s*(?<name>[a-z]+(-[a-z]+)*)\s*(\(\s*((?<pair>" + PairForm + @")\s*(,\s*|(?=\))))*\))?\s*$")]
    private static partial Regex Form();

    [GeneratedRegex(PairForm)]
    private static partial Regex Pair();
}

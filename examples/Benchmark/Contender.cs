namespace Benchmark;

/// <summary>A strategy in the comparison, with the settings among which one is chosen on held-out images.</summary>
/// <param name="Alternatives">As written, at least one.</param>
internal sealed record Contender(IReadOnlyList<string> Alternatives)
{
    /// <summary>Reads <c>la(tau=0.5) | la(tau=1)</c>.</summary>
    /// <exception cref="FormatException">One of them is not a strategy.</exception>
    public static Contender Parse(string text)
    {
        var alternatives = text.Split('|', StringSplitOptions.TrimEntries);
        foreach (var alternative in alternatives)
        {
            CorrectedStrategy.Parse(alternative);
        }

        return new(alternatives);
    }
}

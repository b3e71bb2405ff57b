namespace MLNet.Procrustean.Training;

/// <summary>Compares settings of two trainings, texts by name.</summary>
internal static class SettingDifferences
{
    public const string None = "none";

    /// <summary>A line for each setting that is not the same in both.</summary>
    public static List<string> Between(
        IReadOnlyDictionary<string, string> before,
        string nameOfBefore,
        IReadOnlyDictionary<string, string> now
    ) =>
        [
            .. from name in before.Keys.Union(now.Keys)
            let pair = (Before: before.GetValueOrDefault(name, None), Now: now.GetValueOrDefault(name, None))
            where pair.Before != pair.Now
            select $"{name}: {nameOfBefore} {pair.Before}, now {pair.Now}",
        ];

    /// <summary>Names as one setting.</summary>
    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}

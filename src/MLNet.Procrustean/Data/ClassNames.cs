namespace MLNet.Procrustean.Data;

/// <summary>What every name of a class must be: text that a file can hold, so that a saved model has the same classes.</summary>
internal static class ClassNames
{
    /// <summary>What is wrong with the first name that is not valid text, in words; null where all are.</summary>
    /// <remarks>Half a surrogate pair has no form in UTF-8: written to a file, it becomes another character.</remarks>
    public static string? Fault(IReadOnlyList<string> names) =>
        names.Index().FirstOrDefault(name => !IsValid(name.Item)) is { Item: { } name, Index: var index }
            ? $"the name of class {index} of {names.Count} (counted from 0) is not valid text: '{Escaped(name)}' has half a surrogate "
                + "pair, which no file can hold. Give the class another name."
            : null;

    private static bool IsValid(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            var isPair = i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]);
            if (char.IsSurrogate(name[i]) && !isPair)
            {
                return false;
            }

            i += isPair ? 1 : 0;
        }

        return true;
    }

    private static string Escaped(string name) => string.Concat(name.Select(c => char.IsSurrogate(c) ? $"\\u{(int)c:X4}" : $"{c}"));
}

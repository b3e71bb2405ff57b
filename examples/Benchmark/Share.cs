using System.Globalization;

namespace Benchmark;

/// <summary>One of several processes that do the runs of a comparison, each every so many of them.</summary>
/// <param name="Number">From 1 to <paramref name="Count"/>.</param>
/// <param name="Count">Of shares.</param>
internal sealed record Share(int Number, int Count)
{
    public const string Help =
        "I/N: does every Nth run from the Ith on, 1 to N, and writes them to a file of its own beside --results. Start all N at the same "
        + "time or one after the other, on any machines; the same command without --share then takes the runs from all files and prints "
        + "the table. By default an array of Slurm gives both numbers; 1/1 does all runs.";

    /// <summary>Reads <c>2/8</c>.</summary>
    /// <exception cref="FormatException">It is not such a text.</exception>
    public static Share Parse(string text) =>
        text.Split('/') is [var number, var count]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && i >= 1
        && i <= n
            ? new(i, n)
            : throw new FormatException($"The share '{text}' is not one: write I/N with I from 1 to N, as in 2/8.");

    /// <summary>That of a task in an array of Slurm, by its variables; null outside of one.</summary>
    public static Share? OfSlurm(Func<string, string?> variable)
    {
        int? Number(string name) => int.TryParse(variable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
        return Number("SLURM_ARRAY_TASK_ID") is { } task && Number("SLURM_ARRAY_TASK_COUNT") is { } count
            ? Of(task - (Number("SLURM_ARRAY_TASK_MIN") ?? 0), Number("SLURM_ARRAY_TASK_STEP") ?? 1, count)
            : null;
    }

    /// <summary>Whether the run of that place among all is one of this share.</summary>
    public bool Has(int index) => index % Count == Number - 1;

    /// <summary>Its own results file, beside the one of that path.</summary>
    public string FileBeside(string path) =>
        Count == 1 ? path : Path.ChangeExtension(path, FormattableString.Invariant($"share-{Number}-of-{Count}{Path.GetExtension(path)}"));

    /// <summary>The files of all shares, of any number of them, beside the one of that path.</summary>
    public static IEnumerable<string> FilesBeside(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var pattern = $"{Path.GetFileNameWithoutExtension(path)}.share-*-of-*{Path.GetExtension(path)}";
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal) : [];
    }

    private static Share Of(int distance, int step, int count) =>
        step > 0 && distance % step == 0 && distance / step < count
            ? new((distance / step) + 1, count)
            : throw new FormatException(
                "The tasks of this Slurm array are not numbered evenly, and so their shares are not known: use --array=1-N, or --share I/N."
            );
}

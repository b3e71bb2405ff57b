using MLNet.Procrustean.Report.Files;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Sections;

namespace MLNet.Procrustean;

/// <summary>Writes the results of one training, or of several side by side, as a page to read and as numbers to compute with.</summary>
/// <remarks>
/// The page is one HTML file that needs nothing else: no script, no network, no font, no image. Its charts are SVG drawn by OxyPlot.
/// ScottPlot 5 would need SkiaSharp 3, ML.NET reads images with SkiaSharp 2.88, and a process can load only one of them.
/// </remarks>
public static class TrainingReport
{
    /// <summary>
    /// Writes the page, and its numbers beside it as CSV and JSON: the same path with the endings <c>.csv</c> and <c>.json</c>.
    /// </summary>
    /// <param name="path">The HTML file to write. All three are written in full before the first one replaces an earlier one.</param>
    /// <param name="runs">One run, or several on the same classes to be compared.</param>
    /// <param name="title">The title of the page.</param>
    /// <exception cref="ArgumentException">
    /// The path does not end in <c>.html</c> or <c>.htm</c>, there is no run, the runs have different classes, or the diagnostics of a run
    /// have another number of classes.
    /// </exception>
    /// <exception cref="IOException">
    /// A file cannot be written in full, or one cannot be replaced (open in another program, say).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, IReadOnlyList<TrainedRun> runs, string title)
    {
        CheckPath(path);
        ArgumentNullException.ThrowIfNull(title);
        var comparison = new Comparison(runs);
        ReplacedFiles.Write([
            (path, Page.Of(comparison, title)),
            (Path.ChangeExtension(path, ".csv"), CsvNumbers.Of(comparison)),
            (Path.ChangeExtension(path, ".json"), JsonNumbers.Of(comparison, title)),
        ]);
    }

    /// <summary>Refuses a path that <see cref="Write"/> would refuse: before a training, not after it.</summary>
    /// <param name="path">The HTML file to write later.</param>
    /// <exception cref="ArgumentException">The path is empty or does not end in <c>.html</c> or <c>.htm</c>.</exception>
    public static void CheckPath(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Path.GetExtension(path).ToLowerInvariant() is not (".html" or ".htm"))
        {
            throw new ArgumentException($"The report is an HTML file, but its path is '{path}'; let it end in .html.", nameof(path));
        }
    }

    /// <summary>The page as text.</summary>
    /// <param name="runs">One run, or several on the same classes to be compared.</param>
    /// <param name="title">The title of the page.</param>
    /// <returns>HTML that is well-formed XML as well.</returns>
    /// <exception cref="ArgumentException">
    /// There is no run, the runs have different classes, or the diagnostics of a run have another number of classes.
    /// </exception>
    public static string ToHtml(IReadOnlyList<TrainedRun> runs, string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        return Page.Of(new Comparison(runs), title);
    }

    /// <summary>Every number of the runs, one per line: run, seed, epoch, class, other class, quantity and value.</summary>
    /// <param name="runs">One run, or several on the same classes to be compared.</param>
    /// <returns>CSV as in RFC 4180. Numbers have all their digits; an unknown value is empty.</returns>
    /// <exception cref="ArgumentException">As for <see cref="ToHtml"/>.</exception>
    public static string ToCsv(IReadOnlyList<TrainedRun> runs) => CsvNumbers.Of(new Comparison(runs));

    /// <summary>The title and the runs with all their contents.</summary>
    /// <param name="runs">One run, or several on the same classes to be compared.</param>
    /// <param name="title">The title of the page.</param>
    /// <returns>JSON with the names of the records' members. An unknown value is null.</returns>
    /// <exception cref="ArgumentException">As for <see cref="ToHtml"/>.</exception>
    public static string ToJson(IReadOnlyList<TrainedRun> runs, string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        return JsonNumbers.Of(new Comparison(runs), title);
    }
}

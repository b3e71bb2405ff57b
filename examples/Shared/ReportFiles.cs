using MLNet.Procrustean;

namespace Shared;

/// <summary>The files of a report: the page, and beside it its numbers as CSV and JSON.</summary>
internal static class ReportFiles
{
    /// <summary>All of them.</summary>
    /// <param name="report">The HTML file.</param>
    public static string[] Of(string report) => [report, Path.ChangeExtension(report, ".csv"), Path.ChangeExtension(report, ".json")];

    /// <summary>Refuses a report that would overwrite another file which the same program writes.</summary>
    /// <param name="report">The HTML file.</param>
    /// <param name="others">The other files; null where one is not asked for.</param>
    /// <exception cref="ArgumentException">It would, or it is not an HTML file.</exception>
    public static void Check(string report, params IEnumerable<string?> others)
    {
        TrainingReport.CheckPath(report);
        var written = Of(report).Select(Path.GetFullPath).ToList();
        if (others.OfType<string>().FirstOrDefault(other => written.Contains(Path.GetFullPath(other))) is { } lost)
        {
            throw new ArgumentException(
                $"The report '{report}' has its numbers beside it, as .csv and .json, and would overwrite '{lost}'; give one of them "
                    + "another name."
            );
        }
    }
}

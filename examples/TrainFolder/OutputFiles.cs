using Shared;

namespace TrainFolder;

/// <summary>The files that a run writes.</summary>
internal static class OutputFiles
{
    /// <summary>Makes their folders, and refuses files that could not be written; each may be null.</summary>
    /// <exception cref="ArgumentException">The report would overwrite another one, or is not an HTML file.</exception>
    /// <exception cref="IOException">One is a folder, or its folder cannot be written to.</exception>
    public static void Check(string? model, string? json, string? report)
    {
        if (report is not null)
        {
            ReportFiles.Check(report, json, model);
        }

        foreach (var path in new[] { model, json, report }.OfType<string>())
        {
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName;
            if (Directory.Exists(path))
            {
                throw new IOException($"'{path}' is a folder; name a file.");
            }

            if (!path.StartsWith("/dev/", StringComparison.Ordinal)) // a device, such as /dev/stdout
            {
                CheckWritable(folder);
            }
        }
    }

    private static void CheckWritable(string folder)
    {
        try
        {
            var tried = Path.Combine(folder, $"{Guid.NewGuid():N}.tmp");
            new FileStream(tried, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The folder '{folder}' cannot be written to; name another one. {problem.Message}", problem);
        }
    }
}

namespace Shared;

/// <summary>The files that a program writes.</summary>
internal static class OutputFiles
{
    /// <summary>Makes their folders, and refuses files that could not be written.</summary>
    /// <param name="report">The HTML file of a report, beside which its numbers are written; null for none.</param>
    /// <param name="others">The other files; null where one is not asked for.</param>
    /// <exception cref="ArgumentException">The report would overwrite another one, or is not an HTML file.</exception>
    /// <exception cref="IOException">One is a folder, or its folder cannot be written to.</exception>
    public static void Check(string? report, params IEnumerable<string?> others)
    {
        if (report is not null)
        {
            ReportFiles.Check(report, others);
        }

        foreach (var path in others.OfType<string>().Concat(report is null ? Array.Empty<string>() : ReportFiles.Of(report)))
        {
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName;
            if (Directory.Exists(path))
            {
                throw new IOException($"'{path}' is a folder, and a file is to be written there; give another name.");
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

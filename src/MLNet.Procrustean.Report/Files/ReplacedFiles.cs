using System.Text;

namespace MLNet.Procrustean.Report.Files;

/// <summary>Writes files beside their places and moves them there when all are complete, so that a failure leaves earlier ones as they were.</summary>
internal static class ReplacedFiles
{
    private static readonly UTF8Encoding _withoutMark = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(IReadOnlyList<(string Path, string Text)> files)
    {
        foreach (var (path, _) in files)
        {
            DeleteLeftovers(Path.GetFullPath(path));
        }

        // In the same folder: a move within one file system is a rename.
        var written = files.Select(file => $"{file.Path}.{Guid.NewGuid():N}.tmp").ToList();
        try
        {
            foreach (var (file, temporary) in files.Zip(written))
            {
                Write(temporary, _withoutMark.GetBytes(file.Text));
            }

            RefuseFolders(files);
            foreach (var (file, temporary) in files.Zip(written))
            {
                File.Move(temporary, file.Path, overwrite: true);
            }
        }
        finally
        {
            written.ForEach(Delete); // those that were moved are gone already
        }
    }

    private static void Write(string path, byte[] bytes)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        catch (ArgumentOutOfRangeException problem) // so .NET calls a file that is larger than a quota lets it be
        {
            throw new IOException($"'{path}' cannot be written: {problem.Message}", problem);
        }
    }

    // Of processes that were killed. A report is written in seconds, so that one of another process just now is younger.
    private static void DeleteLeftovers(string path)
    {
        bool IsTemporary(string found) =>
            found.Length == path.Length + ".".Length + 32 + ".tmp".Length
            && found.StartsWith(path + ".", StringComparison.Ordinal)
            && Guid.TryParseExact(found[(path.Length + 1)..^".tmp".Length], "N", out _);
        foreach (var leftover in Directory.GetFiles(Path.GetDirectoryName(path)!, "*.tmp").Where(IsTemporary))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(leftover) > TimeSpan.FromHours(1))
            {
                Delete(leftover);
            }
        }
    }

    // What cannot be deleted does no harm, and must not hide why the report was not written.
    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException) { }
    }

    // A file cannot replace a folder: found out before the first file is moved, lest a page stand beside another's numbers.
    private static void RefuseFolders(IReadOnlyList<(string Path, string Text)> files)
    {
        foreach (var (path, _) in files)
        {
            if (Directory.Exists(path))
            {
                throw new IOException($"'{path}' is a folder, so no file can be written there; choose another path.");
            }
        }
    }
}

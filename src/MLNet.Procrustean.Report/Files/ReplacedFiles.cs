using System.Text;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Report.Files;

/// <summary>Writes several files, of which none replaces an earlier one before all are complete and on the disk.</summary>
internal static class ReplacedFiles
{
    private static readonly UTF8Encoding WithoutMark = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(IReadOnlyList<(string Path, string Text)> files)
    {
        var written = new List<AtomicFile>();
        try
        {
            foreach (var (path, text) in files)
            {
                written.Add(new AtomicFile(path));
                written[^1].Stream.Write(WithoutMark.GetBytes(text));
                written[^1].Stream.Flush(flushToDisk: true);
            }

            written.ForEach(file => file.Finish());
        }
        catch (ArgumentOutOfRangeException problem) // thrown by .NET where a file is larger than a quota allows
        {
            throw new IOException($"'{files[written.Count - 1].Path}' cannot be written: {problem.Message}", problem);
        }
        finally
        {
            written.ForEach(file => file.Dispose()); // those that were not finished are deleted
        }
    }
}

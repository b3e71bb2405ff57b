using System.Text;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Report.Files;

/// <summary>Writes several files, of which none takes its place before all are whole and on the disk.</summary>
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
        catch (ArgumentOutOfRangeException problem) // so .NET calls a file that is larger than a quota lets it be
        {
            throw new IOException($"'{files[written.Count - 1].Path}' cannot be written: {problem.Message}", problem);
        }
        finally
        {
            written.ForEach(file => file.Dispose()); // those that were not finished are deleted
        }
    }
}

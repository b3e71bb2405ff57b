using System.Text;

namespace MLNet.Procrustean.Report.Files;

/// <summary>Writes files beside their places and moves them there when all are complete, so that a failure leaves earlier ones as they were.</summary>
internal static class ReplacedFiles
{
    private static readonly UTF8Encoding _withoutMark = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(IReadOnlyList<(string Path, string Text)> files)
    {
        // In the same folder: a move within one file system is a rename.
        var written = files.Select(file => $"{file.Path}.{Guid.NewGuid():N}.tmp").ToList();
        try
        {
            foreach (var (file, temporary) in files.Zip(written))
            {
                using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
                stream.Write(_withoutMark.GetBytes(file.Text));
                stream.Flush(flushToDisk: true);
            }

            RefuseFolders(files);
            foreach (var (file, temporary) in files.Zip(written))
            {
                File.Move(temporary, file.Path, overwrite: true);
            }
        }
        finally
        {
            written.ForEach(File.Delete); // those that were moved are gone already
        }
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

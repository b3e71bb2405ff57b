namespace MLNet.Procrustean.Persistence;

/// <summary>
/// A file that takes its place when it is whole and on the disk: until then what was there stays as it was, whatever happens.
/// </summary>
/// <remarks>
/// It is written beside its place, under a name of its own, since a move within one folder is a rename. What killed processes left there is
/// deleted first, and with it the room that it takes. Unfinished, it is deleted when disposed.
/// </remarks>
internal sealed class AtomicFile : IDisposable
{
    private readonly string path;

    /// <param name="path">Its place. Of a link, the place it leads to.</param>
    /// <param name="room">Bytes to claim at once, so that a disk too small is found out before the work is done.</param>
    /// <exception cref="IOException">There is too little room, the folder is missing, or a folder or a device is in its place.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public AtomicFile(string path, long room = 0)
    {
        this.path = Target(path);
        if (Directory.Exists(this.path) || IsDevice(path))
        {
            throw new IOException($"'{this.path}' is a {(IsDevice(path) ? "device" : "folder")}.");
        }

        Temporary = $"{this.path}.{Guid.NewGuid():N}.tmp";
        DeleteLeftovers();
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete, // moved while it is open, it is at no time taken for a leftover
            PreallocationSize = room,
            BufferSize = 0, // nothing is left to write, and to fail, when it is disposed
        };
        if (!OperatingSystem.IsWindows() && File.Exists(this.path))
        {
            options.UnixCreateMode = File.GetUnixFileMode(this.path); // what only its owner may read stays so
        }

        Stream = new(Temporary, options);
    }

    public FileStream Stream { get; }

    /// <summary>Where it is until it is finished; others may read it there.</summary>
    public string Temporary { get; }

    /// <summary>Writes a file whole. A device has nothing to keep, and is written to as it is.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="what">What it is, in a word.</param>
    /// <param name="write">Writes all of it.</param>
    /// <exception cref="IOException">
    /// It could not be written, and what was there is as it was; the message names the file, why, and what to do.
    /// </exception>
    public static void Write(string path, string what, Action<Stream> write)
    {
        try
        {
            if (IsDevice(path))
            {
                using var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                write(device);
                return;
            }

            using var file = new AtomicFile(path);
            write(file.Stream);
            file.Finish();
        }
        catch (Exception problem) when (IsOfDisk(problem))
        {
            throw new IOException(
                $"The {what} '{path}' cannot be written: {problem.Message} What was there before is as it was. "
                    + "Make room, or name a file in a folder that exists and may be written to.",
                problem
            );
        }
    }

    /// <summary>
    /// Whether the disk is at fault. .NET calls a file an argument out of range that is larger than the disk's format (4 GiB for FAT) or a
    /// quota lets it be.
    /// </summary>
    public static bool IsOfDisk(Exception problem) => problem is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    /// <summary>Puts the file in its place.</summary>
    /// <exception cref="IOException">It could not be written to the disk, or a folder is in its place by now.</exception>
    /// <exception cref="UnauthorizedAccessException">What is there may not be replaced.</exception>
    public void Finish()
    {
        Stream.Flush(flushToDisk: true);
        File.Move(Temporary, path, overwrite: true);
    }

    public void Dispose()
    {
        Stream.Dispose();
        Delete(() => File.Delete(Temporary)); // moved away where it was finished
    }

    // One that another process is writing just now is open there. (A network share may not tell: that process then finds its file gone, and
    // says so.)
    private void DeleteLeftovers()
    {
        foreach (var leftover in Directory.GetFiles(Path.GetDirectoryName(path)!, "*.tmp").Where(IsTemporary))
        {
            Delete(() =>
                new FileStream(
                    leftover,
                    FileMode.Open,
                    FileAccess.Write,
                    FileShare.None,
                    bufferSize: 1,
                    FileOptions.DeleteOnClose
                ).Dispose()
            );
        }
    }

    // Only what this class names so: a user may keep other files beside it.
    private bool IsTemporary(string found) =>
        found.Length == Temporary.Length
        && found.StartsWith(path + ".", StringComparison.Ordinal)
        && Guid.TryParseExact(found[(path.Length + 1)..^".tmp".Length], "N", out _);

    // Where its folder lets it, as it does root, a rename would put a file in the place of /dev/null or /dev/stdout.
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && new[] { Path.GetFullPath(path), Target(path) }.Any(found =>
            (found.StartsWith("/dev/", StringComparison.Ordinal) && !found.StartsWith("/dev/shm/", StringComparison.Ordinal))
            || found.StartsWith("/proc/", StringComparison.Ordinal)
        );

    private static string Target(string path) =>
        Path.GetFullPath(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);

    private static void Delete(Action deletion)
    {
        try
        {
            deletion();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It does no harm, and is tried again before the file is written next.
        }
    }
}

namespace MLNet.Procrustean.Persistence;

/// <summary>
/// A file that replaces an earlier one only when it is complete and on the disk: until then the earlier file is unchanged, whatever
/// happens.
/// </summary>
/// <remarks>
/// It is written in the same folder under a name of its own, since a move within one folder is a rename. What killed processes left there
/// is deleted first, which frees its disk space: on a network drive, whose locks do not show what another process is writing, only an hour
/// after the last write. A file that is not finished is deleted when it is disposed.
/// </remarks>
internal sealed class AtomicFile : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1); // between two writes
    private readonly string path;

    /// <param name="path">The path of the file. For a link, the file that it leads to is replaced.</param>
    /// <param name="room">Bytes to reserve at once, so that a disk that is too small is noticed before the work is done.</param>
    /// <param name="hasLocks">Whether locks in the folder are reliable; null to find out.</param>
    /// <exception cref="IOException">
    /// There is too little space, the folder is missing, or the path is that of a folder or a device.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public AtomicFile(string path, long room = 0, bool? hasLocks = null)
    {
        this.path = Target(path);
        if (Directory.Exists(this.path) || IsDevice(path))
        {
            throw new IOException($"'{this.path}' is a {(IsDevice(path) ? "device" : "folder")}.");
        }

        Temporary = $"{this.path}.{Guid.NewGuid():N}.tmp";
        DeleteLeftovers(hasLocks ?? Drives.HaveReliableLocks(Path.GetDirectoryName(this.path)!));
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete, // it is moved while it is open, so that it is never taken for a leftover
            PreallocationSize = room,
            BufferSize = 0, // so that no write is left that could fail when it is disposed
        };
        if (!OperatingSystem.IsWindows() && File.Exists(this.path))
        {
            options.UnixCreateMode = File.GetUnixFileMode(this.path); // a file that only its owner may read stays so
        }

        Stream = new(Temporary, options);
    }

    public FileStream Stream { get; }

    /// <summary>The path until the file is finished; others may read it there.</summary>
    public string Temporary { get; }

    /// <summary>Writes a complete file. A device has no content to keep, and is written to directly.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="what">What the file is, in a word, for the message.</param>
    /// <param name="write">Writes the whole content.</param>
    /// <exception cref="IOException">
    /// It could not be written, and an earlier file is unchanged; the message names the file, the reason, and what to do.
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
                $"The {what} '{path}' cannot be written: {problem.Message} An earlier file is unchanged. "
                    + "Free disk space, or give a path in a folder that exists and may be written to.",
                problem
            );
        }
    }

    /// <summary>
    /// Whether the disk is at fault. .NET throws <see cref="ArgumentOutOfRangeException"/> where a file is larger than the disk's format (4
    /// GiB for FAT) or a quota allows.
    /// </summary>
    public static bool IsOfDisk(Exception problem) => problem is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    /// <summary>Completes the file and moves it to its path.</summary>
    /// <exception cref="IOException">It could not be written to the disk, or a folder has its path by now.</exception>
    /// <exception cref="UnauthorizedAccessException">The earlier file may not be replaced.</exception>
    public void Finish()
    {
        Stream.Flush(flushToDisk: true);
        File.Move(Temporary, path, overwrite: true);
    }

    public void Dispose()
    {
        Stream.Dispose();
        DiskErrors.Ignore(() => File.Delete(Temporary)); // moved away where it was finished
    }

    // A file that another process is writing now is open there, and so is not deleted. Where that cannot be relied upon, what was written
    // lately is kept.
    private void DeleteLeftovers(bool hasLocks)
    {
        var latest = hasLocks ? DateTime.MaxValue : DateTime.UtcNow - LongestPause;
        foreach (var leftover in Directory.GetFiles(Path.GetDirectoryName(path)!, "*.tmp").Where(IsTemporary))
        {
            DiskErrors.Ignore(() =>
            {
                if (File.GetLastWriteTimeUtc(leftover) <= latest)
                {
                    DeleteUnlessOpen(leftover);
                }
            });
        }
    }

    private static void DeleteUnlessOpen(string leftover) =>
        new FileStream(leftover, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();

    // Only names that this class gives: a user may keep other files in the folder.
    private bool IsTemporary(string found) =>
        found.Length == Temporary.Length
        && found.StartsWith(path + ".", StringComparison.Ordinal)
        && Guid.TryParseExact(found[(path.Length + 1)..^".tmp".Length], "N", out _);

    // Where the folder may be written to, as by root, a rename would replace /dev/null or /dev/stdout with a file.
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && new[] { Path.GetFullPath(path), Target(path) }.Any(found =>
            (found.StartsWith("/dev/", StringComparison.Ordinal) && !found.StartsWith("/dev/shm/", StringComparison.Ordinal))
            || found.StartsWith("/proc/", StringComparison.Ordinal)
        );

    private static string Target(string path) =>
        Path.GetFullPath(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
}

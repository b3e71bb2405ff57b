namespace MLNet.Procrustean.Persistence;

/// <summary>Temporary files for what is too large for memory.</summary>
internal static class ScratchFile
{
    /// <summary>
    /// Their folder: that for temporary files of the system. Several distributions of Linux keep it in memory; there it is <c>/var/tmp</c>.
    /// Null where neither is on a disk.
    /// </summary>
    public static string? Folder => FirstOnDisk(Path.GetTempPath(), "/var/tmp");

    /// <summary>The first of these folders that exists and is not kept in memory; null for none.</summary>
    public static string? FirstOnDisk(params IEnumerable<string> folders) =>
        folders.FirstOrDefault(folder => Directory.Exists(folder) && !Drives.AreInMemory(folder));

    /// <summary>A file to write and read that is gone when it is closed, or when the process is killed.</summary>
    /// <param name="path">Its path; on Unix it has none from the beginning.</param>
    /// <param name="room">Bytes to reserve at once, so that a disk that is too small is noticed before the work is done.</param>
    /// <exception cref="IOException">There is too little space, or the folder is missing.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static FileStream Create(string path, long room)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            PreallocationSize = room,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path); // the system keeps what is open
        }

        return stream;
    }
}

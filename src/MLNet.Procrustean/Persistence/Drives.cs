namespace MLNet.Procrustean.Persistence;

/// <summary>What kind of drive a folder is on.</summary>
internal static class Drives
{
    /// <summary>Whether the lock of a file shows that another process has it open.</summary>
    /// <remarks>
    /// On a network drive, .NET locks no file that is open for writing and that others may read, and a drive of unknown kind may have no
    /// locks; rarer network file systems of Unix and shares of Windows are of unknown kind.
    /// </remarks>
    public static bool HaveReliableLocks(string folder) => Ask(folder, drive => HaveReliableLocks(drive.DriveType));

    /// <summary>The same for a drive of this kind.</summary>
    public static bool HaveReliableLocks(DriveType drive) => drive is DriveType.Fixed or DriveType.Removable or DriveType.Ram;

    /// <summary>Whether files are kept in memory.</summary>
    public static bool AreInMemory(string folder) => Ask(folder, drive => drive.DriveFormat is "tmpfs" or "ramfs");

    // No, where nothing is known: of a network share of Windows, say.
    private static bool Ask(string folder, Predicate<DriveInfo> question)
    {
        try
        {
            return question(new(Path.GetFullPath(folder)));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}

namespace MLNet.Procrustean.Persistence;

/// <summary>Whether the lock of a file shows that another process has it open.</summary>
/// <remarks>
/// On a network drive, .NET locks no file that is open for writing and that others may read, and a drive of unknown kind may have no locks.
/// </remarks>
internal static class DriveLocks
{
    /// <summary>On the folder's drive; rarer network file systems of Unix and shares of Windows are of unknown kind.</summary>
    public static bool AreReliableIn(string folder)
    {
        try
        {
            return AreReliableOn(new DriveInfo(folder).DriveType);
        }
        catch (Exception problem) when (problem is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>On a drive of this kind.</summary>
    public static bool AreReliableOn(DriveType drive) => drive is DriveType.Fixed or DriveType.Removable or DriveType.Ram;
}

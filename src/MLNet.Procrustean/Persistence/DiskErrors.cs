namespace MLNet.Procrustean.Persistence;

/// <summary>Errors of the disk that do no harm.</summary>
internal static class DiskErrors
{
    /// <summary>Does what may fail, such as deleting a file that is gone or in use, and is then deleted with the next.</summary>
    public static void Ignore(Action act)
    {
        try
        {
            act();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException) { }
    }
}

namespace MLNet.Procrustean.Data;

/// <summary>Folders that systems leave between a user's own, with copies, thumbnails or deleted files in them.</summary>
internal static class SystemFolders
{
    private static readonly string[] Names =
    [
        "__MACOSX", // of an archive made on a Mac
        "@eaDir", // of network storage: thumbnails, deleted files, earlier states
        "@Recycle",
        "@Recently-Snapshot",
        "#recycle",
        "#snapshot",
        "~snapshot",
        "$RECYCLE.BIN", // of Windows
        "System Volume Information",
        "FOUND.000",
        "lost+found",
    ];

    /// <summary>Whether a folder of that name, in any case, is not the user's own; one whose name starts with a dot is not.</summary>
    public static bool Has(string name) => name.StartsWith('.') || Names.Contains(name, StringComparer.OrdinalIgnoreCase);
}

namespace MLNet.Procrustean.Data;

/// <summary>Files in image folders whose names are those of images in formats that are not read.</summary>
internal static class LeftOutFiles
{
    private const int FoldersNamed = 5;

    /// <summary>
    /// A line for each ending that the names have, the most frequent first: how many files in which folders, and what to do.
    /// </summary>
    /// <param name="files">The files, with the name of the folder that they count for.</param>
    public static IEnumerable<string> Lines(IEnumerable<(string Folder, string File)> files) =>
        files
            .GroupBy(file => Path.GetExtension(file.File).ToLowerInvariant())
            .OrderByDescending(ending => ending.Count())
            .ThenBy(ending => ending.Key, StringComparer.Ordinal)
            .Select(ending =>
                $"Left out {Files(ending.Count())} whose name ends in {ending.Key}, a format that is not read: "
                + $"{Folders([.. ending.CountBy(file => file.Folder)])}. Convert them to JPEG or PNG, or move them elsewhere."
            );

    private static string Files(int count) => count == 1 ? "1 file" : $"{count} files";

    private static string Folders(IReadOnlyList<KeyValuePair<string, int>> folders) =>
        string.Join(", ", folders.Take(FoldersNamed).Select(folder => $"{folder.Value} in '{folder.Key}'"))
        + (folders.Count > FoldersNamed ? $" and others in {folders.Count - FoldersNamed} more folders" : "");
}

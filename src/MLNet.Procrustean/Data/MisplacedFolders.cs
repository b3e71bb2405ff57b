namespace MLNet.Procrustean.Data;

/// <summary>Sub-folders of an image folder that are not its classes, told by their names and by what lies in them.</summary>
internal static class MisplacedFolders
{
    private static readonly string[] Training = ["train", "training"];
    private static readonly string[] Others = ["test", "testing", "val", "valid", "validation", "dev", "eval", "holdout"];

    /// <summary>
    /// What is wrong where the sub-folders are the parts of a data set, to train on and to test on, and which folder was meant; null where
    /// they are not.
    /// </summary>
    /// <param name="path">The image folder.</param>
    /// <param name="names">Its sub-folders.</param>
    /// <remarks>A class may be called train: there is another class beside it then, or no folder within it.</remarks>
    public static string? Parts(string path, IReadOnlyList<string> names)
    {
        var train = names.FirstOrDefault(name => Has(Training, name));
        var others = names.Where(name => Has(Others, name)).ToList();
        if (others.Count + (train is null ? 0 : 1) < names.Count || (names.Count == 1 && !HoldsFolders(path, names[0])))
        {
            return null;
        }

        var found =
            $"The sub-folders of '{path}' are {string.Join(", ", names.Select(name => $"'{name}'"))}: parts of a data set, not classes.";
        return !names.Any(name => HoldsFolders(path, name))
                ? $"{found} Put the images of each class into a sub-folder of its part that is named after the class."
            : train is null ? $"{found} Give '{Path.Join(path, others[0])}'."
            : others.Count == 0 ? $"{found} Give '{Path.Join(path, train)}'."
            : $"{found} Give '{Path.Join(path, train)}' to train on and '{Path.Join(path, others[0])}' to test on.";
    }

    /// <summary>A warning where the only class has its images in folders that look like the classes; null otherwise.</summary>
    /// <param name="path">The image folder.</param>
    /// <param name="name">The only class.</param>
    /// <param name="images">The paths of its images, relative to its folder.</param>
    public static string? Nested(string path, string name, IEnumerable<string> images)
    {
        var folders = images
            .Select(image => Path.GetDirectoryName(image) is { Length: > 0 } inner ? inner.Split(Path.DirectorySeparatorChar)[0] : "")
            .ToHashSet();
        return folders.Count < 2 || folders.Contains("")
            ? null
            : $"'{path}' has one class folder, '{name}', whose images lie in {folders.Count} folders: if those are the classes, give "
                + $"'{Path.Join(path, name)}'.";
    }

    private static bool Has(string[] names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool HoldsFolders(string path, string name) =>
        Directory.EnumerateDirectories(Path.Join(path, name)).Any(folder => !SystemFolders.Has(Path.GetFileName(folder)));
}

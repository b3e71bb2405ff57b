using System.IO.Enumeration;
using MLNet.Procrustean;
using MLNet.Procrustean.Decoding;

namespace Microsoft.ML;

/// <summary>Loads a folder whose sub-folders are the classes.</summary>
public static class ImageFolderCatalog
{
    private static readonly EnumerationOptions Here = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
    private static readonly EnumerationOptions Below = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        RecurseSubdirectories = true,
    };

    /// <summary>Lists the images of a folder as text columns <c>ImagePath</c> and <c>Label</c>, the name of their class folder.</summary>
    /// <remarks>
    /// Images are found at any depth below a class folder and come in the ordinal order of class and then relative path, the same on every
    /// system. Files ending in .jpg, .jpeg, .jfif, .png, .bmp, .gif or .webp in any case are images; other files are ignored, and so is
    /// every file and folder whose name starts with a dot. The files are listed, not opened. Links to files and links that are class
    /// folders are followed, wherever they lead: in a folder from an untrusted source, look for links first.
    /// </remarks>
    /// <param name="data">The catalog, <c>mlContext.Data</c>.</param>
    /// <param name="path">The folder that holds one sub-folder per class; a relative path gives relative image paths.</param>
    /// <returns>One row per image (<see cref="LabelledImageFile"/>); the number of rows is known.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">The path is empty or that of a file.</exception>
    /// <exception cref="InvalidDataException">
    /// The folder has no sub-folder, an image lies beside the class folders, a class folder has no image, or there is a link to a folder
    /// within it.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be listed.</exception>
    /// <exception cref="IOException">A folder cannot be listed, for instance because its path is too long.</exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog data, string path)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.LoadFromEnumerable(List(path));
    }

    private static List<LabelledImageFile> List(string path)
    {
        CheckFolder(path);
        var classes = Directory
            .EnumerateDirectories(path, "*", Here)
            .Select(folder => Path.GetFileName(folder))
            .Where(name => !name.StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .ToList();
        CheckRoot(path, classes.Count);

        var files = classes.ConvertAll(name => ImagesOf(path, name));
        var empty = classes.Where((_, index) => files[index].Count == 0).ToList();
        return empty.Count == 0
            ? [.. files.SelectMany(images => images)]
            : throw new InvalidDataException(
                $"{empty.Count} of {classes.Count} class folders in '{path}' hold no image "
                    + $"({string.Join(" ", ImageFile.Extensions)}): {FirstOf(empty)}. Add images to them or remove them."
            );
    }

    private static List<LabelledImageFile> ImagesOf(string path, string name)
    {
        var folder = Path.Join(path, name);
        return new FileSystemEnumerable<string>(folder, Found, Below) { ShouldRecursePredicate = IsShown, ShouldIncludePredicate = IsImage }
            .Select(file => (File: file, Parts: Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)))
            .OrderBy(found => string.Join('/', found.Parts), StringComparer.Ordinal)
            .Select(found => new LabelledImageFile { ImagePath = found.File, Label = name })
            .ToList();
    }

    private static string Found(ref FileSystemEntry entry) => entry.ToSpecifiedFullPath();

    private static bool IsImage(ref FileSystemEntry entry) =>
        !entry.IsDirectory && IsShown(ref entry) && ImageFile.IsImage(entry.FileName.ToString());

    // A link to a folder could lead back to a folder above it, and two such links to exponentially many paths.
    private static bool IsShown(ref FileSystemEntry entry)
    {
        if (entry.FileName[0] == '.')
        {
            return false;
        }

        return !entry.IsDirectory || entry.ToFileSystemInfo().LinkTarget is not { } target
            ? true
            : throw new InvalidDataException(
                $"'{entry.ToSpecifiedFullPath()}' is a link to the folder '{target}'; within a class folder such links are not followed, "
                    + "since they may lead in a circle. Put the images there, or make the class folder itself a link."
            );
    }

    private static void CheckFolder(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (File.Exists(path))
        {
            throw new ArgumentException($"'{path}' is a file. Give the folder that holds one sub-folder per class.", nameof(path));
        }

        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException($"The image folder '{path}' does not exist (full path '{Path.GetFullPath(path)}').");
        }
    }

    private static void CheckRoot(string path, int classCount)
    {
        if (classCount == 0)
        {
            throw new InvalidDataException(
                $"The image folder '{path}' has no sub-folders. Put the images of each class into a sub-folder "
                    + "that is named after the class."
            );
        }

        var stray = Directory
            .EnumerateFiles(path, "*", Here)
            .Where(ImageFile.IsImage)
            .Select(file => Path.GetFileName(file))
            .Where(name => !name.StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (stray.Count > 0)
        {
            throw new InvalidDataException(
                $"{stray.Count} images lie in '{path}' beside its {classCount} class folders and so have no "
                    + $"label: {FirstOf(stray)}. Move them into a class folder or elsewhere."
            );
        }
    }

    private static string FirstOf(List<string> names) =>
        string.Join(", ", names.Take(5).Select(name => $"'{name}'")) + (names.Count > 5 ? ", …" : "");
}

using System.IO.Enumeration;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Procrustean;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Interop;

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
    /// system. Files ending in .jpg, .jpeg, .jpe, .jif, .jfif, .png, .apng, .bmp, .dib, .gif or .webp in any case are images. Other files
    /// are left out; the log of the <see cref="MLContext"/> has a warning for each ending of other image formats, such as .heic or .tif,
    /// with the number of files and their folders. Every file and folder whose name starts with a dot is ignored, and so are folders that
    /// systems leave behind, such as __MACOSX, @eaDir and $RECYCLE.BIN. The files are listed, not opened. Links to files and links that are
    /// class folders are followed, wherever they lead: in a folder from an untrusted source, look for links first.
    /// </remarks>
    /// <param name="data">The catalog, <c>mlContext.Data</c>.</param>
    /// <param name="path">The folder that holds one sub-folder per class; a relative path gives relative image paths.</param>
    /// <returns>One row per image (<see cref="LabelledImageFile"/>); the number of rows is known.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">The path is empty or that of a file.</exception>
    /// <exception cref="InvalidDataException">
    /// The folder has no sub-folder, or its sub-folders are parts of a data set (train, test, val) instead of classes, an image lies beside
    /// the class folders, a class folder has no image or a name that is not valid text, or there is a link to a folder within it.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be listed.</exception>
    /// <exception cref="IOException">A folder cannot be listed, for instance because its path is too long.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// The program is set up for native AOT (<c>PublishAot</c>), where ML.NET cannot generate the code that reads the rows.
    /// </exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog data, string path)
    {
        ArgumentNullException.ThrowIfNull(data);
        CodeGeneration.CheckAllowed();
        using var channel = data.GetEnvironment().Register(nameof(LoadImageFolder)).Start("Loading");
        return data.LoadFromEnumerable(List(path, line => channel.Warning(MessageSensitivity.None, line)));
    }

    private static List<LabelledImageFile> List(string path, Action<string> warn)
    {
        CheckFolder(path);
        var classes = Directory
            .EnumerateDirectories(path, "*", Here)
            .Select(folder => Path.GetFileName(folder))
            .Where(name => !SystemFolders.Has(name))
            .Order(StringComparer.Ordinal)
            .ToList();
        CheckRoot(path, classes);

        var files = classes.ConvertAll(name => FilesOf(path, name).ToLookup(file => ImageFile.IsImage(file.ImagePath)));
        var others = files.SelectMany(found => found[false]).Select(file => (file.Label, file.ImagePath));
        var beside = FilesBeside(path).Where(ImageFile.IsOtherImage).Select(file => (path, file));
        string[] leftOut = [.. LeftOutFiles.Lines(beside.Concat(others))];
        Array.ForEach(leftOut, warn);
        if (classes is [var only] && MisplacedFolders.Nested(path, only, ImagesWithin(path, only, files[0][true])) is { } nested)
        {
            warn(nested);
        }

        var empty = classes.Where((_, index) => !files[index][true].Any()).ToList();
        return empty.Count == 0
            ? [.. files.SelectMany(found => found[true])]
            : throw new InvalidDataException(
                $"{empty.Count} of {classes.Count} class folders in '{path}' hold no image "
                    + $"({string.Join(" ", ImageFile.Extensions)}): {FirstOf(empty)}. Add images to them or remove them. "
                    + string.Join(" ", leftOut)
            );
    }

    private static IEnumerable<string> ImagesWithin(string path, string name, IEnumerable<LabelledImageFile> images) =>
        images.Select(file => Path.GetRelativePath(Path.Join(path, name), file.ImagePath));

    // In order: the images and the files with names of images in other formats.
    private static List<LabelledImageFile> FilesOf(string path, string name)
    {
        var folder = Path.Join(path, name);
        return new FileSystemEnumerable<string>(folder, Found, Below) { ShouldRecursePredicate = IsShown, ShouldIncludePredicate = IsNamed }
            .Select(file => (File: file, Parts: Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)))
            .OrderBy(found => string.Join('/', found.Parts), StringComparer.Ordinal)
            .Select(found => new LabelledImageFile { ImagePath = found.File, Label = name })
            .ToList();
    }

    private static string Found(ref FileSystemEntry entry) => entry.ToSpecifiedFullPath();

    private static bool IsNamed(ref FileSystemEntry entry) =>
        !entry.IsDirectory && IsShown(ref entry) && IsNamed(entry.FileName.ToString());

    private static bool IsNamed(string file) => ImageFile.IsImage(file) || ImageFile.IsOtherImage(file);

    // A link to a folder could lead back to a folder above it, and two such links to exponentially many paths.
    private static bool IsShown(ref FileSystemEntry entry)
    {
        if (entry.FileName[0] == '.' || (entry.IsDirectory && SystemFolders.Has(entry.FileName.ToString())))
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

    private static void CheckRoot(string path, List<string> classes)
    {
        if (classes.Count == 0)
        {
            var images = FilesBeside(path).Count(ImageFile.IsImage);
            throw new InvalidDataException(
                $"The image folder '{path}' has no sub-folders{(images == 0 ? "" : $", only {Images(images)}")}. Put the images of each "
                    + "class into a sub-folder that is named after the class."
            );
        }

        if (MisplacedFolders.Parts(path, classes) is { } misplaced)
        {
            throw new InvalidDataException(misplaced);
        }

        if (ClassNames.Fault(classes) is { } fault)
        {
            throw new InvalidDataException($"In '{path}', {fault}");
        }

        var stray = FilesBeside(path).Where(ImageFile.IsImage).Order(StringComparer.Ordinal).ToList();
        if (stray.Count > 0)
        {
            throw new InvalidDataException(
                $"{Images(stray.Count)} {(stray.Count == 1 ? "lies" : "lie")} in '{path}' beside the class folders, with no label: "
                    + $"{FirstOf(stray)}. Move what lies there into a class folder or elsewhere."
            );
        }
    }

    private static IEnumerable<string> FilesBeside(string path) =>
        Directory.EnumerateFiles(path, "*", Here).Select(file => Path.GetFileName(file)).Where(name => !name.StartsWith('.'));

    private static string Images(int count) => count == 1 ? "1 image" : $"{count} images";

    private static string FirstOf(List<string> names) =>
        string.Join(", ", names.Take(5).Select(name => $"'{name}'")) + (names.Count > 5 ? ", …" : "");
}

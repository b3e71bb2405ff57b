using System.IO.Enumeration;

namespace Predict;

/// <summary>The images that an argument of the command line stands for.</summary>
internal static class GivenImages
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".jpe", ".jif", ".jfif", ".png", ".apng", ".bmp", ".dib", ".gif", ".webp"];

    /// <summary>The images of a folder, at any depth and in the order of their paths; any other path stands for itself.</summary>
    /// <exception cref="InvalidDataException">The folder holds no image.</exception>
    public static IReadOnlyList<string> Of(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        string[] images = [.. Files(path).Where(IsShownImage).Order(StringComparer.Ordinal)];
        return images.Length > 0
            ? images
            : throw new InvalidDataException($"The folder '{path}' holds no image ({string.Join(' ', Endings)}).");

        bool IsShownImage(string file) =>
            Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)
            && !Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.'));
    }

    // Without folders that are links: one that leads to a folder above it would never end.
    private static FileSystemEnumerable<string> Files(string path) =>
        new(
            path,
            (ref entry) => entry.ToSpecifiedFullPath(),
            new()
            {
                RecurseSubdirectories = true,
                AttributesToSkip = 0,
                IgnoreInaccessible = false,
            }
        )
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
}

namespace MLNet.Procrustean.Tests.Support;

/// <summary>The repository's source files, for conventions that are checked on the text.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The library's source files, with their text.</summary>
    public static IReadOnlyList<(string Path, string Text)> Sources { get; } =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, File.ReadAllText(Path.Combine(Root, path)))),
    ];

    /// <summary>All code and all documentation of the repository, with its text.</summary>
    public static IReadOnlyList<(string Path, string Text)> Texts { get; } =
    [
        .. new[] { "src", "test", "examples", "build", "docs" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Root))
            .Where(path => Path.GetExtension(path) is ".cs" or ".md" or ".sh" or ".csproj" or ".props" or ".targets")
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, File.ReadAllText(Path.Combine(Root, path)))),
    ];

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !folder.EnumerateFiles("*.sln").Any())
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"There is no solution above {AppContext.BaseDirectory}.");
    }
}

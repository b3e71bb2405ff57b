namespace MLNet.Procrustean.Tests.Support;

/// <summary>A folder of its own for one test, deleted when disposed.</summary>
/// <param name="parent">Where it is made; null for where the system has such folders.</param>
internal sealed class TemporaryFolder(string? parent = null) : IDisposable
{
    public string Path { get; } =
        parent is null
            ? Directory.CreateTempSubdirectory("procrustean").FullName
            : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"procrustean-{Guid.NewGuid():N}")).FullName;

    public string Write(string relativePath, byte[] content)
    {
        var path = System.IO.Path.Combine(Path, relativePath);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

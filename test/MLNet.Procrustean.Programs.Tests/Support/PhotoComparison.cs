using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>Twenty images of each of three classes and four to test with, and Benchmark, which compares strategies on them.</summary>
internal sealed class PhotoComparison : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public PhotoComparison()
    {
        ImageFolders.Write(folder, ("photos/train/cat", 20), ("photos/train/dog", 20), ("photos/train/owl", 20));
        ImageFolders.Write(folder, ("photos/test/cat", 4), ("photos/test/dog", 4), ("photos/test/owl", 4));
    }

    /// <summary>Runs it for one epoch.</summary>
    /// <param name="results">The name of the results file; null where <paramref name="more"/> says it.</param>
    /// <param name="more">What it is told besides the folders.</param>
    /// <param name="variables">The variables of its environment.</param>
    public ChildProcess Run(string? results, string[] more, Dictionary<string, string?>? variables = null) =>
        ChildProcess.Dotnet(
            [
                .. ExampleProgram.Training("Benchmark", In("photos/train"), epochs: 1),
                "--test",
                In("photos/test"),
                .. results is null ? Array.Empty<string>() : ["--results", In(results)],
                .. more,
            ],
            variables: variables
        );

    /// <summary>The cells of the lines of a results file, where no strategy has a comma in it.</summary>
    public List<string[]> Rows(string results) =>
        [.. File.ReadAllLines(In(results)).Skip(1).Select(line => line.Replace("\"", "", StringComparison.Ordinal).Split(','))];

    /// <summary>The path of a file in its folder.</summary>
    public string In(string name) => Path.Combine(folder.Path, name);

    public void Dispose() => folder.Dispose();
}

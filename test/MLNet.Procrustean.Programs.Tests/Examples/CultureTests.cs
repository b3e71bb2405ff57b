using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Command lines mean the same in every culture.</summary>
public sealed class CultureTests
{
    [Test]
    public void Numbers_DecimalCommaInTheCulture_AreReadAndWrittenWithAPoint()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/cat", 12), ("photos/dog", 6));
        var photos = Path.Combine(folder.Path, "photos");
        ChildProcess German(string program, params string[] more) =>
            ChildProcess.Dotnet(
                [.. ExampleProgram.Training(program, photos, epochs: 1), "--learning-rate", "0.05", .. more],
                variables: new() { ["LC_ALL"] = "de_DE.UTF-8" }
            );

        var trained = German("TrainFolder", "--test-fraction", "0.25", "--checkpoint-interval", "0.5");
        var results = Path.Combine(folder.Path, "results.csv");
        var compared = German("Benchmark", "--test", photos, "--strategy", "plain", "--seed", "1", "--results", results);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(trained.ExitCode, Is.Zero, trained.Errors);
            Assert.That(trained.Output, Does.Match(@"loss \d+\.\d+ "));
            Assert.That(German("TrainFolder", "--help").Output, Does.Contain("[default: 0.2]"));
            Assert.That(compared.ExitCode, Is.Zero, compared.Errors);
            Assert.That(compared.Output, Does.Contain(" rate=0.05 "));
        }
    }
}

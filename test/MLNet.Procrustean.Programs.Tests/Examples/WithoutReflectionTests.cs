using System.Text.Json.Nodes;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Programs without the JSON serialization that uses reflection, as trimmed ones and those of a single file are.</summary>
public sealed class WithoutReflectionTests
{
    [TestCase("FirstProgram")]
    [TestCase("TrainFolder")]
    [TestCase("Predict")]
    [TestCase("Benchmark")]
    [TestCase("Serve")]
    public void Programs_OfTheExamples_RunWithoutIt(string program)
    {
        var settings = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(ExampleProgram.Path(program), ".runtimeconfig.json")))!;
        Assert.That(
            (bool)settings["runtimeOptions"]!["configProperties"]!["System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault"]!,
            Is.False
        );
    }

    [Test]
    public void Training_KilledAndResumed_IsSavedLoadedAndReported()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/cat", 30), ("photos/dog", 14));
        string At(string name) => Path.Combine(folder.Path, name);
        string[] training =
        [
            .. ExampleProgram.Training("TrainFolder", At("photos"), epochs: 30),
            .. new[] { "--checkpoint-path", At("checkpoints"), "--model", At("model.zip") },
            .. new[] { "--report", At("report.html"), "--json", At("results.json") },
        ];
        KillAfterAnEpoch(training);
        var resumed = ChildProcess.Dotnet(training);
        var predicted = ChildProcess.Dotnet([ExampleProgram.Path("Predict"), At("model.zip"), At("photos/cat/000.png")]);
        var again = ChildProcess.Dotnet(training);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.ExitCode, Is.Zero, resumed.Errors);
            Assert.That(resumed.Errors, Does.Contain("Resuming from the checkpoint"));
            Assert.That((predicted.ExitCode, predicted.Errors), Is.EqualTo((0, "")));
            Assert.That(predicted.Output, Does.Contain("\tcat "));
            Assert.That(again.ExitCode, Is.Zero, again.Errors);
            Assert.That(again.Errors, Does.Contain("This training is over already"));
            Assert.That((string?)JsonNode.Parse(File.ReadAllText(At("report.json")))!["runs"]![0]!["name"], Is.EqualTo("default"));
            Assert.That((int)JsonNode.Parse(File.ReadAllText(At("results.json")))!["classes"]![1]!["testCount"]!, Is.EqualTo(3));
        }
    }

    private static void KillAfterAnEpoch(string[] training)
    {
        var epochs = new CountdownEvent(2);
        using var process = ChildProcess.Start(training, line =>
            _ = line.StartsWith("epoch ", StringComparison.Ordinal) && !epochs.IsSet && epochs.Signal()
        );
        Assert.That(epochs.Wait(TimeSpan.FromMinutes(1)), Is.True, "it does not train");
        process.Kill();
        process.WaitForExit();
    }
}

using System.Text.Json.Nodes;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Tests.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Interop;

/// <summary>libtorch's threads sleep while they wait, unless the user wants otherwise.</summary>
[Platform("Linux")]
public sealed class OpenMpThreadsTests
{
    [TestCase(null, "PASSIVE", true)]
    [TestCase("active", "ACTIVE", false)]
    public void WaitPolicy_InAFreshProcess_IsBriefUnlessTheUserSetsIt(string? set, string wanted, bool brief)
    {
        using var folder = new TemporaryFolder();

        var process = SavedModelTests.Predict(
            TinyModel.Shared.Save(folder.Path),
            [TinyModel.Shared.Paths[0]],
            new() { [OpenMpThreads.WaitPolicy] = set, ["OMP_DISPLAY_ENV"] = "verbose" }
        );

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        Assert.That(process.Errors, Does.Contain($"{OpenMpThreads.WaitPolicy} = '{wanted}'")); // OpenMP's own words
        Assert.That(process.Errors.Contains($"{OpenMpThreads.SpinCount} = '5000'"), Is.EqualTo(brief));
    }

    [Test]
    public void WaitPolicy_TuningTurnedOffByTheHost_IsLeftAsItWas()
    {
        using var folder = new TemporaryFolder();
        var settings = JsonNode.Parse(
            File.ReadAllText(Path.Combine(SavedModelTests.PredictFolder, "MLNet.Procrustean.PredictWithLibTorch.runtimeconfig.json"))
        )!;
        settings["runtimeOptions"]!["configProperties"]![ProcessWideTuning.Switch] = false;
        var path = Path.Combine(folder.Path, "turned-off.runtimeconfig.json");
        File.WriteAllText(path, settings.ToJsonString());

        var process = SavedModelTests.Predict(
            TinyModel.Shared.Save(folder.Path),
            [TinyModel.Shared.Paths[0]],
            new() { [OpenMpThreads.WaitPolicy] = null, ["OMP_DISPLAY_ENV"] = "verbose" },
            "exec",
            "--runtimeconfig",
            path
        );

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        Assert.That(process.Errors, Does.Contain(OpenMpThreads.SpinCount).And.Not.Contain($"{OpenMpThreads.SpinCount} = '5000'"));
    }
}

using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Tests.Persistence;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Interop;

/// <summary>libtorch's threads sleep while they wait, unless the user wants otherwise.</summary>
[Platform("Linux")]
public sealed class OpenMpThreadsTests
{
    [TestCase(null, "PASSIVE")]
    [TestCase("active", "ACTIVE")]
    public void WaitPolicy_InAFreshProcess_IsPassiveUnlessTheUserSetsIt(string? set, string wanted)
    {
        using var folder = new TemporaryFolder();

        var process = SavedModelTests.Predict(
            SavedModelTests.Save(folder.Path), [TinyModel.Shared.Paths[0]], new() { [OpenMpThreads.WaitPolicy] = set, ["OMP_DISPLAY_ENV"] = "true" });

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        Assert.That(process.Errors, Does.Contain($"{OpenMpThreads.WaitPolicy} = '{wanted}'")); // OpenMP's own words
    }
}

using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Which native libtorch the programs of this repository take (build/TorchBackend.props).</summary>
public sealed class TorchBackendTests
{
    [Test]
    public void Packages_WithTheSdkOfADistribution_HaveTheLibTorchOfThePortableSystem()
    {
        var run = Evaluate("linux-x64", "-p:NETCoreSdkRuntimeIdentifier=ubuntu.24.04-x64", "-getItem:PackageReference");
        Assert.That(run.Output, Does.Contain("libtorch-cpu-linux-x64"), run.Errors);
    }

    [TestCase("cpu", "linux-musl-x64")]
    [TestCase("cuda", "osx-arm64")]
    public void Check_SystemWithoutLibTorch_IsRefusedByItsName(string backend, string system)
    {
        var run = Evaluate(system, $"-p:TorchBackend={backend}", "-t:CheckTorchBackend");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Not.Zero);
            Assert.That(run.Output, Does.Contain($"There is no libtorch for {system} with TorchBackend={backend}"), run.Errors);
        }
    }

    private static ChildProcess Evaluate(string portable, params string[] more)
    {
        var project = Path.Combine(Repository.Root, "examples", "FirstProgram", "FirstProgram.csproj");
        return ChildProcess.Dotnet(["msbuild", project, "-nologo", $"-p:NETCoreSdkPortableRuntimeIdentifier={portable}", .. more]);
    }
}

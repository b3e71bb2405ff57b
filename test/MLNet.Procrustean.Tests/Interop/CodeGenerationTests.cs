using System.Text.Json.Nodes;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Interop;

public sealed class CodeGenerationTests
{
    [Test]
    public void CheckAllowed_WhereItIsAllowed_IsSilent() => Assert.That(CodeGeneration.CheckAllowed, Throws.Nothing);

    [Test]
    public void LoadImageFolder_InAProgramThatIsSetUpForNativeAot_SaysWhatToChange()
    {
        using var folder = new TemporaryFolder();
        var program = ExampleProgram.Path("FirstProgram");
        var settings = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(program, ".runtimeconfig.json")))!;
        settings["runtimeOptions"]!["configProperties"]!["System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported"] = false;
        var changed = Path.Combine(folder.Path, "aot.runtimeconfig.json");
        File.WriteAllText(changed, settings.ToJsonString());

        var run = ChildProcess.Dotnet(["exec", "--runtimeconfig", changed, program], folder.Path);

        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Errors, Does.Contain("native AOT").And.Contain("#:property PublishAot=false"));
    }
}

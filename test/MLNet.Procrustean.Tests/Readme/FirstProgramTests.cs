using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Readme;

public sealed class FirstProgramTests
{
    [Test]
    public void FirstProgram_OnAFolder_TrainsEvaluatesSavesAndPredicts()
    {
        using var folder = new TemporaryFolder();
        ReadmeSnippets.DrawPhotos(folder.Path);

        var process = ChildProcess.Dotnet([ExampleProgram.Path("FirstProgram")], folder.Path);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(process.ExitCode, Is.Zero, process.Errors);
            Assert.That(process.Output, Does.Contain("macro accuracy").And.Match(@"\n(bolt|nut)\s*$"));
            Assert.That(new FileInfo(Path.Combine(folder.Path, "model.zip")).Length, Is.GreaterThan(100_000));
        }
    }
}

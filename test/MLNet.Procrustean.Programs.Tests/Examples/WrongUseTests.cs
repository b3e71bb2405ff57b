using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Programs refuse what they do not know, before they do anything: a misspelt option would otherwise be without effect.</summary>
public sealed class WrongUseTests
{
    private readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void RemoveTheFolder() => folder.Dispose();

    [TestCase("Serve", "--AtOnce", "model.zip", "--AtOnc", "5")]
    [TestCase("Serve", "--AtOnce", "model.zip", "--AtOnc=5")]
    [TestCase("TrainFolder", "--epochs", "--train", "photos", "--epoch", "5")]
    [TestCase("Benchmark", "--seed", "--train", "photos", "--test", "photos", "--strategy", "plain", "--sed", "1")]
    [TestCase("Predict", "--help", "model.zip", "image.png", "--batch")]
    [TestCase("QuickStart", "TrainFolder", "--train", "photos")]
    public void Option_Unknown_IsRefusedWithItsNameAndWhatThereIs(string program, string known, params string[] arguments)
    {
        var run = ChildProcess.Dotnet([ExampleProgram.Path(program), .. arguments], folder.Path);
        var unknown = arguments.Last(argument => argument.StartsWith("--", StringComparison.Ordinal)).Split('=')[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Errors);
            Assert.That(run.Errors, Does.Contain($"'{unknown}").And.Contain(known).And.Not.Contain("   at "));
            Assert.That(run.Errors.Split('\n'), Has.Length.LessThan(15));
            Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
        }
    }

    [TestCase("Serve", "--AtOnce", "many", "'many'")]
    [TestCase("TrainFolder", "--epochs", "many", "'many'")]
    public void Value_OfAnotherKind_IsRefusedWithItsOption(string program, string option, string value, string message)
    {
        var run = ChildProcess.Dotnet([ExampleProgram.Path(program), option, value]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Errors, Does.Contain(option).And.Contain(message));
    }

    [TestCase("Serve")]
    [TestCase("Predict")]
    public void Model_MissingOrDamaged_IsNamedInOneLine(string program)
    {
        using var models = new TemporaryFolder();
        var whole = TinyModel.Shared.Save(models.Path);
        var bytes = File.ReadAllBytes(whole);
        string[] image = program == "Predict" ? [TinyModel.Shared.Paths[0]] : [];
        var (cut, other, flipped) = ("cut.zip", "other.zip", "flipped.zip");
        File.WriteAllBytes(Path.Combine(models.Path, cut), bytes[..(bytes.Length / 2)]);
        File.WriteAllText(Path.Combine(models.Path, other), "another file");
        bytes[bytes.Length / 2] ^= 255;
        File.WriteAllBytes(Path.Combine(models.Path, flipped), bytes);
        foreach (var name in new[] { "none.zip", cut, other, flipped })
        {
            var path = Path.Combine(models.Path, name);
            var run = ChildProcess.Dotnet([ExampleProgram.Path(program), path, .. image]);
            using (Assert.EnterMultipleScope())
            {
                Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")), name);
                Assert.That(run.Errors, Does.StartWith($"The model '{path}' cannot be loaded: "));
                Assert.That(run.Errors.TrimEnd().Split('\n'), Has.Length.EqualTo(1), run.Errors);
                Assert.That(run.Errors, Does.Not.Contain("target of an invocation").And.Not.Contain("   at "));
            }
        }
    }
}

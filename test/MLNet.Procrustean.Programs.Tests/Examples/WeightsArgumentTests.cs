using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Pretrained weights by the command line of TrainFolder.</summary>
public sealed class WeightsArgumentTests
{
    [Test]
    public void Weights_OfImageNet_AreFineTunedWithTheDefaultsOfTheLibrary()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 8), ("dog", 4));

        var run = Run(folder, "--weights", "imagenet", "--image-size", "32");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Errors, Does.Contain("pretrained weights, resnet-18-2-2-2-3 from ResNet18.onnx; the head is drawn"));
            Assert.That(run.Output, Does.Contain("computing the features of the frozen stages for "));
            Assert.That(run.Output, Does.Contain("epoch   4/4"));
            Assert.That(run.Errors + run.Output, Does.Contain("The head was trained for 60 epochs first"));
        }
    }

    [Test]
    public void Weights_WithOtherChoices_AreTrainedByThem()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 8), ("dog", 4));

        var run = Run(
            folder,
            "--weights",
            "imagenet",
            "--image-size",
            "32",
            "--frozen-stages",
            "3",
            "--epochs",
            "2",
            "--strategy",
            "plain"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Output, Does.Contain("epoch   2/2"));
            Assert.That(run.Output, Does.Not.Contain("frozen stages for"), "the default of more trained layers crops the images");
        }
    }

    [TestCase("nowhere.pth", "Could not find file")]
    [TestCase("damaged.pth", "The weights in '")]
    public void Weights_ThatCannotBeRead_AreRefusedInOneLine(string name, string message)
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 4), ("dog", 2));
        var path = Path.Combine(folder.Path, name);
        if (name == "damaged.pth")
        {
            File.WriteAllText(path, "not weights");
        }

        var run = Run(folder, "--weights", path);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors.Trim(), Does.Contain(message).And.Not.Contain(Environment.NewLine));
            Assert.That(run.Output, Does.Not.Contain("epoch"));
        }
    }

    private static ChildProcess Run(TemporaryFolder folder, params string[] arguments) =>
        ChildProcess.Dotnet([ExampleProgram.Path("TrainFolder"), "--train", folder.Path, .. arguments]);
}

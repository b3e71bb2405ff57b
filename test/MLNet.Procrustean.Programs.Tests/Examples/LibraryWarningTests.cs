using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>What the library warns of is on the error stream of the programs that train.</summary>
public sealed class LibraryWarningTests
{
    private const string Mirrored = "The classes 'left' and 'right' look like each other's mirror image.";
    private const string LeftOut = "Left out 1 file whose name ends in .heic";
    private readonly TemporaryFolder folder = new();

    [OneTimeSetUp]
    public void WriteImages()
    {
        for (var number = 0; number < 20; number++)
        {
            Write($"train/left/{number:00}.png", number, column => column);
            Write($"train/right/{number:00}.png", number, column => ImageFolders.Side - 1 - column);
        }

        Write("test/left/00.png", 20, column => column);
        Write("test/right/00.png", 20, column => ImageFolders.Side - 1 - column);
        folder.Write("train/left/phone.heic", [0]);
    }

    [OneTimeTearDown]
    public void DeleteImages() => folder.Dispose();

    [Test]
    public void TrainFolder_MirroredClassesAndAFileOfAnotherFormat_TellsBoth()
    {
        var run = ChildProcess.Dotnet([.. ExampleProgram.Training("TrainFolder", In("train"), epochs: 1), "--strategy", "plain"]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(run.Errors, Does.Contain(Mirrored).And.Contain(LeftOut));
    }

    [Test]
    public void Benchmark_TwoRunsOnTheSameFolder_TellsEachWarningOnce()
    {
        var run = ChildProcess.Dotnet([
            .. ExampleProgram.Training("Benchmark", In("train"), epochs: 1),
            "--test",
            In("test"),
            "--strategy",
            "plain",
            "--seed",
            "1",
            "--seed",
            "2",
            "--results",
            In("results.csv"),
        ]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Errors.Split(Mirrored), Has.Length.EqualTo(2), run.Errors);
            Assert.That(run.Errors.Split(LeftOut), Has.Length.EqualTo(2), run.Errors);
        }
    }

    // A bright bar near the left edge, or mirrored near the right one, over a little noise.
    private void Write(string path, int number, Func<int, int> column)
    {
        var random = new Random(number);
        folder.Write(path, TestImages.Png(ImageFolders.Side, ImageFolders.Side, (x, _) => new(Value(x), Value(x), Value(x))));

        byte Value(int x) => (byte)((Math.Abs(column(x) - 3 - (number % 3)) < 2 ? 200 : 50) + random.Next(20));
    }

    private string In(string name) => Path.Combine(folder.Path, name);
}

using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>Folders that are not as a program needs them are refused by one line, before anything is trained.</summary>
public sealed class FolderMistakeTests
{
    private TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void MakeFolders()
    {
        folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("good/cat", 2), ("good/dog", 2), ("flat", 2), ("empty/cat", 2), ("stray/cat", 2), ("stray/dog", 2));
        ImageFolders.Write(folder, ("parts/train/cat", 2), ("parts/train/dog", 2), ("parts/test/cat", 2), ("more/cat", 2), ("more/elk", 2));
        folder.Write("empty/dog/notes.txt", []);
        folder.Write("stray/a.png", ImageFolders.Png(0, 0));
        folder.Write("file.png", ImageFolders.Png(0, 0));
    }

    [OneTimeTearDown]
    public void RemoveFolders() => folder.Dispose();

    [TestCase("flat", "has no sub-folders, only 2 images")]
    [TestCase("empty", "1 of 2 class folders in")]
    [TestCase("stray", "1 image lies in")]
    [TestCase("parts", "parts of a data set, not classes")]
    [TestCase("file.png", "is a file. Give the folder")]
    [TestCase("nowhere", "does not exist")]
    public void Train_Mistaken_IsRefusedByEachProgram(string name, string message)
    {
        using (Assert.EnterMultipleScope())
        {
            AssertRefused(Train("TrainFolder", name), message);
            AssertRefused(Train("Benchmark", name, "--strategy", "plain", "--test", In("good"), "--results", In("r.csv")), message);
        }
    }

    [TestCase("flat", "has no sub-folders, only 2 images")]
    [TestCase("parts", "parts of a data set, not classes")]
    [TestCase("file.png", "is a file. Give the folder")]
    [TestCase("nowhere", "does not exist")]
    [TestCase("more", "lacks: elk.")]
    public void Test_Mistaken_IsRefusedByEachProgram(string name, string message)
    {
        using (Assert.EnterMultipleScope())
        {
            AssertRefused(Train("TrainFolder", "good", "--test", In(name)), message);
            AssertRefused(Train("Benchmark", "good", "--strategy", "plain", "--test", In(name), "--results", In("r.csv")), message);
        }
    }

    // Where the system's C++ library is older than TorchSharp's, a changed copy of the latter goes to a temporary folder.
    [Test]
    public void Train_NoTemporaryFolder_NamesTheSettingThatHelps()
    {
        var run = ChildProcess.Dotnet(
            ExampleProgram.Training("TrainFolder", In("good"), epochs: 1),
            variables: new() { ["TMPDIR"] = "/dev/null" }
        );
        Assume.That(run.ExitCode, Is.Not.Zero, "this system's C++ library is new enough");
        Assert.That(
            Path.Combine(ChildProcess.FolderOfExample("TrainFolder"), "cpu"),
            Does.Not.Exist,
            "libraries that TorchSharp has copied"
        );
        Assert.That(run.Errors, Does.Contain("Set TMPDIR to a folder").And.Not.Contain("Reference the package"));
    }

    [TestCase("good")]
    [TestCase("nowhere.zip")]
    public void Model_Mistaken_IsRefusedByEachProgram(string name)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var run in new[] { Program("Predict", In(name), In("file.png")), Program("Serve", In(name)) })
            {
                Assert.That(run.ExitCode, Is.EqualTo(1), run.Errors);
                Assert.That(run.Errors, Does.Contain(In(name)).And.Not.Contain("   at "));
            }
        }
    }

    [Test]
    public void Predict_FolderThatLinksToItself_ClassifiesEachImageOnce()
    {
        ImageFolders.Write(folder, ("circle", 2));
        Directory.CreateSymbolicLink(In("circle/again"), In("circle"));
        var run = Program("Predict", TinyModel.Shared.Save(folder.Path), In("circle"));
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(run.Output.TrimEnd().Split('\n'), Has.Length.EqualTo(2));
    }

    [Test]
    public void Output_InAFolderThatMayNotBeWrittenTo_IsRefusedBeforeTheTraining()
    {
        using var disk = new SmallDisk();
        disk.MakeReadOnly();
        AssertRefused(Train("TrainFolder", "good", "--model", Path.Combine(disk.Path, "model.zip")), "cannot be written to");
        AssertRefused(Compare("--report", Path.Combine(disk.Path, "page.html")), "cannot be written to");
    }

    [TestCase("html")]
    [TestCase("csv")]
    [TestCase("json")]
    public void Report_FolderInThePlaceOfOneOfItsFiles_IsRefusedByEachProgram(string ending)
    {
        var taken = Directory.CreateDirectory(In($"taken-{ending}/page.{ending}")).FullName;
        var report = Path.ChangeExtension(taken, ".html");
        using (Assert.EnterMultipleScope())
        {
            AssertRefused(Train("TrainFolder", "good", "--report", report), $"'{taken}' is a folder");
            AssertRefused(Compare("--report", report), $"'{taken}' is a folder");
        }
    }

    private string In(string name) => Path.Combine(folder.Path, name);

    private ChildProcess Train(string program, string name, params string[] more) =>
        ChildProcess.Dotnet([.. ExampleProgram.Training(program, In(name), epochs: 1), .. more]);

    private ChildProcess Compare(params string[] more) =>
        Train("Benchmark", "good", ["--strategy", "plain", "--test", In("good"), "--results", In("r.csv"), .. more]);

    private static ChildProcess Program(string name, params string[] arguments) =>
        ChildProcess.Dotnet([ExampleProgram.Path(name), .. arguments]);

    private static void AssertRefused(ChildProcess run, string message)
    {
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
        Assert.That(run.Errors.TrimEnd(), Does.Contain(message).And.Not.Contain("\n"));
        Assert.That(run.Output, Does.Not.Contain("epoch").And.Not.Contain("macro"));
    }
}

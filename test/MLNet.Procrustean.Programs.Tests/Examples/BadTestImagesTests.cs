using System.Text.Json;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>TrainFolder and Predict on images that cannot be read.</summary>
public sealed class BadTestImagesTests
{
    [Test]
    public void TrainFolder_Skipping_EvaluatesTheOthersAndListsEach()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("train/cat", 8), ("train/dog", 4), ("test/cat", 4), ("test/dog", 3));
        string[] bad = [folder.Write("train/cat/x.png", []), folder.Write("test/cat/y.png", []), folder.Write("test/dog/z.png", [1, 2])];
        var (json, report) = (Path.Combine(folder.Path, "results.json"), Path.Combine(folder.Path, "report.html"));

        var run = Train(folder, "--bad-images", "skip", "--json", json, "--report", report, "--attack", "1");

        using var results = JsonDocument.Parse(run.ExitCode == 0 ? File.ReadAllText(json) : "{}");
        string[] Listed(string name) => [.. results.RootElement.GetProperty(name).EnumerateArray().Select(one => one.GetString()!)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Output, Does.Contain($"skipped in training: {bad[0]}: the image is empty"));
            Assert.That(run.Output, Does.Contain($"skipped in the test: {bad[1]}: ").And.Contain($"skipped in the test: {bad[2]}: "));
            Assert.That(run.Output, Does.Match(@"images without a score +2\s").And.Match(@"\ncat +8 +4 ").And.Match(@"\ndog +4 +3 "));
            Assert.That(results.RootElement.GetProperty("unscoredCount").GetInt64(), Is.EqualTo(2));
            Assert.That(Listed("skippedInTraining").Single(), Does.StartWith(bad[0]));
            Assert.That(Listed("skippedInTest").Select(line => line.Split(": ")[0]), Is.EqualTo(bad[1..]), "once, though attacked too");
            Assert.That(File.ReadAllText(report), Does.Contain("Without a score").And.Contain("Feature deviation"));
        }
    }

    [Test]
    public void Benchmark_Skipping_JudgesByTheOthersAndListsEachOnce()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("train/cat", 8), ("train/dog", 5), ("test/cat", 4), ("test/dog", 3));
        string[] bad = [folder.Write("train/cat/x.png", []), folder.Write("test/cat/y.png", [])];
        ChildProcess Compare(params string[] more) =>
            ChildProcess.Dotnet([
                .. ExampleProgram.Training("Benchmark", Path.Combine(folder.Path, "train"), epochs: 1),
                "--test",
                Path.Combine(folder.Path, "test"),
                "--strategy",
                "plain",
                "--seed",
                "1",
                "--results",
                Path.Combine(folder.Path, "results.csv"),
                .. more,
            ]);

        var (run, refused) = (Compare("--bad-images", "skip"), Compare());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(run.Output, Does.Contain(" bad-images=Skip").And.Contain("| plain | "));
            Assert.That(bad.Select(path => run.Errors.Split($"Skipped an image: {path}: ").Length - 1), Is.All.EqualTo(1));
            Assert.That(refused.ExitCode, Is.EqualTo(1));
            Assert.That(refused.Errors, Does.StartWith(bad[0]));
        }
    }

    [Test]
    public void TrainFolder_Refusing_SavesTheModelAndSaysHowToEvaluateIt()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("train/cat", 6), ("train/dog", 3), ("test/cat", 2), ("test/dog", 2));
        var bad = folder.Write("test/dog/z.png", []);
        var model = Path.Combine(folder.Path, "model.zip");
        string[] options = ["--model", model, "--checkpoint-path", Path.Combine(folder.Path, "checkpoints")];

        var run = Train(folder, options);
        var again = Train(folder, [.. options, "--bad-images", "skip"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(
                run.Errors,
                Does.Contain($"{bad}: ").And.Contain($"The model is in {model}. With --bad-images skip").And.Not.Contain("   at ")
            );
            Assert.That(new FileInfo(model).Length, Is.GreaterThan(10_000));
            Assert.That(again.ExitCode, Is.Zero, again.Errors);
            Assert.That(again.Output, Does.Not.Contain("epoch").And.Contain("macro accuracy").And.Contain($"skipped in the test: {bad}"));
        }
    }

    [Test]
    public void TrainFolder_CorrectionRefusesTheImages_SavesTheModelThatItTrained()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("train/cat", 6), ("train/dog", 1), ("test/cat", 2), ("test/dog", 2));
        var model = Path.Combine(folder.Path, "model.zip");

        var run = Train(folder, "--correction", "ternary", "--model", model);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain("has only one row").And.Contain($"The model is in {model}, not corrected."));
            Assert.That(new FileInfo(model).Length, Is.GreaterThan(10_000));
        }
    }

    [Test]
    public void Predict_FolderWithBadImages_ClassifiesTheOthersAndListsThem()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("train/cat", 6), ("train/dog", 3), ("test/cat", 1), ("test/dog", 1), ("new/deep/er", 3));
        string[] bad = [folder.Write("new/deep/a.png", []), folder.Write("new/deep/er/001.png", [1, 2])];
        folder.Write("new/notes.txt", []);
        folder.Write("new/.thumbs/a.png", []);
        folder.Write("empty/notes.txt", []);
        var model = Path.Combine(folder.Path, "model.zip");
        Assert.That(Train(folder, "--model", model).ExitCode, Is.Zero);
        string In(string path) => Path.Combine(folder.Path, path);

        var run = Predict(model, In("new"), In("nowhere.png"), In("test/cat/000.png"));
        var good = Predict(model, In("test"));
        var empty = Predict(model, In("test"), In("empty"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(
                Paths(run.Output),
                Is.EqualTo(new[] { In("new/deep/er/000.png"), In("new/deep/er/002.png"), In("test/cat/000.png") })
            );
            Assert.That(Paths(run.Errors), Has.Length.EqualTo(3).And.All.Match(": .+"));
            Assert.That(run.Errors, Does.Contain(bad[0]).And.Contain(bad[1]).And.Contain(In("nowhere.png")).And.Not.Contain("   at "));
            Assert.That((good.ExitCode, Paths(good.Output).Length), Is.EqualTo((0, 2)), good.Errors);
            Assert.That(empty.ExitCode, Is.EqualTo(1));
            Assert.That(empty.Errors, Does.Contain($"The folder '{In("empty")}' holds no image"));
        }
    }

    private static ChildProcess Predict(params string[] arguments) => ChildProcess.Dotnet([ExampleProgram.Path("Predict"), .. arguments]);

    private static string[] Paths(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0])];

    private static ChildProcess Train(TemporaryFolder folder, params string[] more) =>
        ChildProcess.Dotnet([
            .. ExampleProgram.Training("TrainFolder", Path.Combine(folder.Path, "train"), epochs: 1),
            "--test",
            Path.Combine(folder.Path, "test"),
            .. more,
        ]);
}

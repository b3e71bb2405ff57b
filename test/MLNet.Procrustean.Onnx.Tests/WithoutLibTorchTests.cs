using System.Globalization;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Onnx.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests;

/// <summary>Programs that have ONNX Runtime and no libtorch, each in a process of its own: the example Predict.</summary>
public sealed class WithoutLibTorchTests
{
    private const string TelemetryFiles = ".onnxruntime";
    private SavedTinyModel saved = null!;

    [OneTimeSetUp]
    public void SaveTheSharedModel() => saved = new();

    [OneTimeTearDown]
    public void RemoveIt() => saved.Dispose();

    [Test]
    public void Output_OfAProgramThatScores_HasNoLibTorchAndFewMegabytes()
    {
        var files = new DirectoryInfo(ChildProcess.FolderOfExample("Predict")).GetFiles("*", SearchOption.AllDirectories);

        Assert.That(files.Select(file => file.Name), Has.None.Contains("torch_cpu").And.None.EqualTo("libc10.so"));
        Assert.That(files.Sum(file => file.Length), Is.LessThan(65_000_000));
    }

    [Test]
    public void Predict_OfASavedAndOfAnExportedModel_GivesTheProbabilitiesOfLibTorch([Values] bool exported)
    {
        var paths = SavedTinyModel.Model.Paths[..20];

        var process = Predict(exported ? saved.Onnx : saved.Zip, paths);

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        var lines = process
            .Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .ToList();
        Assert.That(lines.Select(line => line[0]), Is.EqualTo(paths));
        Assert.That(
            lines.SelectMany(line => line[2..]).Select(Probability),
            Is.EqualTo(saved.Scores[..20].SelectMany(row => row)).Within(1e-6f)
        );
    }

    [Test]
    public void Predict_ByDefault_WritesNoTelemetry()
    {
        using var home = new TemporaryFolder();

        var process = Predict(saved.Onnx, SavedTinyModel.Model.Paths[..1], Home(home.Path));

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        Assert.That(Directory.GetDirectories(home.Path, TelemetryFiles, SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    [Platform("Linux")]
    public void Predict_WhereTheUserWantsTelemetry_LeavesItOn()
    {
        using var home = new TemporaryFolder();
        var variables = Home(home.Path);
        variables[Telemetry.Variable] = "0";

        Predict(saved.Onnx, SavedTinyModel.Model.Paths[..1], variables);

        Assert.That(Directory.GetDirectories(home.Path, TelemetryFiles, SearchOption.AllDirectories), Is.Not.Empty);
    }

    private static ChildProcess Predict(string model, string[] paths, Dictionary<string, string?>? variables = null) =>
        ChildProcess.Dotnet([Path.Combine(ChildProcess.FolderOfExample("Predict"), "Predict.dll"), model, .. paths], variables: variables);

    // It is off by itself where a variable tells of a build server.
    private static Dictionary<string, string?> Home(string path) =>
        new()
        {
            ["HOME"] = path,
            ["XDG_CACHE_HOME"] = null,
            ["CI"] = null,
        };

    private static float Probability(string nameAndValue) =>
        float.Parse(nameAndValue.Split(' ')[^1], NumberStyles.Float, CultureInfo.InvariantCulture);
}

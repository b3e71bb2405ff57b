using System.Globalization;
using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Whole pipelines saved and loaded by ML.NET, here and in a process that knows nothing of this library.</summary>
public sealed class SavedModelTests
{
    private readonly MLContext ml = new(seed: 1);
    private TemporaryFolder folder = null!;
    private TinyModel tiny = null!;
    private string path = null!;

    [OneTimeSetUp]
    public void SaveAPipeline()
    {
        folder = new();
        tiny = TinyModel.Shared;
        path = tiny.Save(folder.Path);
    }

    [OneTimeTearDown]
    public void RemoveTheFolder() => folder.Dispose();

    /// <summary>The folder of the program that scores with libtorch.</summary>
    internal static string PredictFolder => ChildProcess.FolderOfProgram("test/MLNet.Procrustean.PredictWithLibTorch");

    private static string PredictProgram => Path.Combine(PredictFolder, "MLNet.Procrustean.PredictWithLibTorch.dll");

    /// <summary>The lines that the program must print for some images.</summary>
    internal static string[] ExpectedLines(string[] paths)
    {
        var tiny = TinyModel.Shared;
        // disposing it would dispose the shared model
        var engine = tiny.Context.Model.CreatePredictionEngine<Photo, Prediction>(tiny.Classifier);
        return
        [
            .. paths.Select(path =>
            {
                var score = engine.Predict(new() { ImagePath = path }).Score;
                var each = tiny.Classifier.ClassNames.Zip(score, (name, value) =>
                    $"{name} {value.ToString("R", CultureInfo.InvariantCulture)}"
                );
                return string.Join('\t', [path, tiny.Classifier.ClassNames[Array.IndexOf(score, score.Max())], .. each]);
            }),
        ];
    }

    /// <summary>Scores with libtorch in a process of its own.</summary>
    internal static ChildProcess Predict(
        string model,
        string[] paths,
        Dictionary<string, string?>? variables = null,
        params string[] host
    ) => ChildProcess.Dotnet([.. host, PredictProgram, model, .. paths], variables: variables);

    [Test]
    public void Load_InTheSameProcess_ScoresTheSame()
    {
        var loaded = ml.Model.Load(path, out var schema);

        using var disposed = (IDisposable)loaded;
        Assert.That(TinyModel.Scores(loaded.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
        Assert.That(schema.Select(column => column.Name), Is.EqualTo(new[] { "ImagePath", "Label" }));
        Assert.That(loaded.Transform(tiny.Images).GetColumn<string>("PredictedLabel").Distinct(), Is.SubsetOf(tiny.Classifier.ClassNames));
    }

    [Test]
    public void Load_ThenSave_WritesTheSameWeights()
    {
        var loaded = (TransformerChain<ITransformer>)ml.Model.Load(path, out var schema);
        using var disposed = loaded;
        var again = Path.Combine(folder.Path, "again.zip");

        ml.Model.Save(loaded, schema, again);

        Assert.That(Weights(again), Is.EqualTo(Weights(path)));
    }

    [Test]
    public void SaveAtomically_OverAnEarlierFile_IsLoadedAsAnyModel()
    {
        var whole = Path.Combine(folder.Path, "whole.zip");
        File.WriteAllText(whole, "earlier");
        tiny.Context.Model.SaveAtomically(tiny.Keys.Append(tiny.Classifier), tiny.Images.Schema, whole);
        using var loaded = (IDisposable)ml.Model.Load(whole, out var schema);
        Assert.That(TinyModel.Scores(((ITransformer)loaded).Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
        Assert.That(schema.Select(column => column.Name), Is.EqualTo(new[] { "ImagePath", "Label" }));
    }

    [Test]
    public void Save_NameOfTheAssembly_HasNoVersion()
    {
        using var archive = ZipFile.OpenRead(path);
        var entry = Entry(archive).FullName.Replace("model.safetensors", "Model.key", StringComparison.Ordinal);
        using var reader = new StreamReader(archive.GetEntry(entry)!.Open(), System.Text.Encoding.Latin1);
        var key = reader.ReadToEnd().Replace("\0", "", StringComparison.Ordinal); // as UTF-16 or as bytes

        Assert.That(key, Does.Contain("MLNet.Procrustean").And.Not.Contain("Version="), "an earlier library could not load it");
    }

    [Test]
    public void Load_InAFreshProcess_ScoresBitForBit()
    {
        var paths = tiny.Paths[..3].Append(tiny.Paths[^1]).ToArray();

        var process = Predict(path, paths);

        Assert.That(process.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(ExpectedLines(paths)));
        Assert.That(process.ExitCode, Is.Zero, process.Errors);
    }

    [Test]
    public void Predict_OneImageOnOneThread_WritesNoMessageOfLibtorch()
    {
        var process = Predict(path, tiny.Paths[..1], new() { ["OMP_NUM_THREADS"] = "1" });
        Assert.That((process.ExitCode, process.Errors), Is.EqualTo((0, "")));
    }

    [Test]
    public void Predict_WrongArguments_FailsWithAMessage()
    {
        static ChildProcess Predict(string model, params string[] paths) =>
            ChildProcess.Dotnet([ExampleProgram.Path("Predict"), model, .. paths]);

        var missing = Predict(path, "nowhere.png");

        Assert.That((missing.ExitCode, missing.Output), Is.EqualTo((1, "")));
        Assert.That(missing.Errors, Does.Contain("nowhere.png").And.Contain("does not exist").And.Not.Contain("   at "));
        Assert.That(
            Predict("--help"),
            Has.Property("ExitCode").Zero.And.Property("Output").Contains("Usage: Predict MODEL.zip|MODEL.onnx IMAGE|FOLDER...")
        );
        Assert.That(Predict(path), Has.Property("ExitCode").EqualTo(2).And.Property("Errors").Contains("Usage"));
    }

    [Test]
    public void Load_EntryMissing_SaysWhichOne() =>
        Assert.That(
            Problem(archive => Entry(archive).Delete()),
            Is.TypeOf<InvalidDataException>().With.Message.Contains("'model.safetensors'")
        );

    [Test]
    public void Load_EntryDamaged_SaysSo() =>
        Assert.That(
            Problem(archive =>
            {
                var entry = Entry(archive);
                var bytes = Contents(entry);
                entry.Delete();
                using var changed = archive.CreateEntry(entry.FullName).Open();
                changed.Write(bytes.AsSpan(0, bytes.Length - 100));
            }),
            Is.TypeOf<InvalidDataException>().With.Message.Contains("cut short")
        );

    /// <summary>What loading the model says, at its root, after a change to the file.</summary>
    private Exception? Problem(Action<ZipArchive> change)
    {
        var copy = Path.Combine(folder.Path, $"{Guid.NewGuid()}.zip");
        File.Copy(path, copy);
        using (var archive = ZipFile.Open(copy, ZipArchiveMode.Update))
        {
            change(archive);
        }

        return Assert.Catch(() => ml.Model.Load(copy, out _))?.GetBaseException();
    }

    private static ZipArchiveEntry Entry(ZipArchive archive) =>
        archive.Entries.Single(one => one.FullName.EndsWith("model.safetensors", StringComparison.Ordinal));

    private static byte[] Weights(string file)
    {
        using var archive = ZipFile.OpenRead(file);
        return Contents(Entry(archive));
    }

    private static byte[] Contents(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}

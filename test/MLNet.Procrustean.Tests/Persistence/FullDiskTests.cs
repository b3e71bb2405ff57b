using System.Globalization;
using Microsoft.ML;
using MLNet.Procrustean.Reading.Cache;
using MLNet.Procrustean.Tests.Report;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;
using MLNet.Procrustean.Training.Features;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Persistence;

/// <summary>
/// Every file that the libraries write, on disks that are full or read-only: an error names the file, and the earlier file is unchanged.
/// </summary>
[Platform("Linux", Reason = "Limits and small disks are made with Linux's own means.")]
public sealed class FullDiskTests
{
    private const string Survived = "reported; the earlier file is unchanged, byte for byte, and no other file is left";

    private static readonly Dictionary<string, Action<string>> WriterOf = new()
    {
        ["model.safetensors"] = path => TinyModel.Shared.Classifier.SaveSafeTensors(path),
        ["model.onnx"] = path => TinyModel.Shared.Classifier.SaveOnnx(path),
        ["model.zip"] = path =>
            TinyModel.Shared.Context.Model.SaveAtomically(
                TinyModel.Shared.Keys.Append(TinyModel.Shared.Classifier),
                TinyModel.Shared.Images.Schema,
                path
            ),
        ["finished.safetensors"] = WriteCheckpoint,
        ["images.cache"] = WriteCache,
        ["features.safetensors"] = WriteFeatures,
        ["report.html"] = path => TrainingReport.Write(path, [MadeUpRuns.Step.Run("a", 0, 1)], "A report"),
    };

    private static IEnumerable<string> Writers => WriterOf.Keys;

    [TestCaseSource(nameof(Writers))]
    [Category(FaultsTried.Category)]
    public void Write_DiskFullAtManyBytes_LeavesTheEarlierFile(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, name);
        WriterOf[name](path);
        var length = Directory.GetFiles(folder.Path).Max(file => new FileInfo(file).Length);
        var before = Spoilt(folder.Path);

        var tries = name == "report.html" ? 20 : 100;
        foreach (var bytes in Enumerable.Range(0, tries).Select(i => i * (length - 1) / (tries - 1)))
        {
            Exception? problem;
            using (new FileSizeLimit(bytes))
            {
                problem = Assert.Catch(() => WriterOf[name](path));
            }

            Assert.That(problem, Is.InstanceOf<IOException>().With.Message.Contains(path), $"after {bytes} of {length} bytes");
            Assert.That(Contents(folder.Path), Is.EqualTo(before), $"after {bytes} of {length} bytes");
        }

        WriterOf[name](path);
        Assert.That(Contents(folder.Path)[path], Is.Not.EqualTo(before[path]));
        FaultsTried.Record("Files", "disk full at byte n, over the whole file: models, checkpoint, caches, report", tries, Survived);
    }

    [TestCaseSource(nameof(Writers))]
    [Category(FaultsTried.Category)]
    public void Write_DiskFullOrReadOnlyOrAFolderInItsPlace_LeavesTheEarlierFile(string name)
    {
        using var disk = new SmallDisk();
        var path = Path.Combine(disk.Path, name);
        WriterOf[name](path);
        Spoilt(disk.Path);
        disk.Fill();
        AssertRefused(disk.Path, path, "No space left on device|disk was full");

        disk.MakeRoom();
        Directory.CreateDirectory(Path.Combine(disk.Path, "folders", name, "not empty"));
        AssertRefused(disk.Path, Path.Combine(disk.Path, "folders", name), "folder");

        disk.MakeReadOnly();
        AssertRefused(disk.Path, path, "Read-only file system");
        FaultsTried.Record("Files", "disk full, read-only, or a folder in the file's place", 3, Survived);
    }

    [TestCase("model.safetensors")]
    [TestCase("model.onnx")]
    [TestCase("model.zip")]
    [TestCase("images.cache")]
    [TestCase("features.safetensors")]
    [TestCase("report.html")]
    public void Write_NoSuchFolder_SaysSo(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "vanished", name);
        Assert.That(() => WriterOf[name](path), Throws.InstanceOf<IOException>().With.Message.Contains(Path.GetDirectoryName(path)));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    [Category(FaultsTried.Category)]
    public void Fit_DiskFullFromSomeStepOn_EndsWithTheSameModel([Values(1, 4, 11)] int fullIn, [Values] bool killedAfterwards)
    {
        using var disk = new SmallDisk();
        using var training = new CheckpointedTraining();
        var expected = training.Uninterrupted();
        var options = training.Options with
        {
            CheckpointPath = Path.Combine(disk.Path, "checkpoints"),
            CheckpointInterval = TimeSpan.Zero,
            CachePath = Path.Combine(disk.Path, "cache"),
        };
        var before = new Dictionary<string, byte[]>();
        void FillTheDisk(int step)
        {
            if (step == fullIn)
            {
                disk.Fill();
                before = Contents(options.CheckpointPath, "*.safetensors");
            }

            _ = killedAfterwards && step == fullIn + 2 ? throw new NotSupportedException("killed") : 0;
        }

        if (killedAfterwards)
        {
            Assert.That(() => training.Fit(options, inStep: FillTheDisk), Throws.TypeOf<NotSupportedException>());
        }
        else
        {
            Assert.That(training.Result(training.Fit(options, inStep: FillTheDisk)).Weights, Is.EqualTo(expected.Weights));
            Assert.That(
                training.Warnings.Last(),
                Does.Contain("finished.safetensors' cannot be written").And.Contain("The training is over and gives its model")
            );
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                training.Warnings,
                Has.Some.Contains($"checkpoint-{fullIn:00000000}.safetensors' cannot be written")
                    .And.Some.Contains("The training continues")
            );
            Assert.That(Contents(options.CheckpointPath), Is.EqualTo(before));
        }

        disk.MakeRoom();
        var left = 0;
        var resumed = training.Result(training.Fit(options, inStep: _ => left++));
        Assert.That(left, Is.EqualTo(CheckpointedTraining.Steps - fullIn + 1));
        Assert.That(
            resumed,
            Is.EqualTo(expected)
                .Using<(byte[] Weights, string Reports)>(
                    (one, other) => one.Weights.SequenceEqual(other.Weights) && one.Reports == other.Reports
                )
        );
        FaultsTried.Record(
            "Training",
            "disk of the checkpoints full from some step on",
            1,
            "the training continues with warnings to the same model, bit for bit; "
                + "earlier checkpoints are unchanged, and a training resumes from them"
        );
    }

    private static void AssertRefused(string folder, string path, string reason)
    {
        var before = Contents(folder);
        var problem = Assert.Catch(() => WriterOf[Path.GetFileName(path)](path));
        Assert.That(problem, Is.InstanceOf<IOException>().With.Message.Contains(Path.GetDirectoryName(path)).And.Message.Matches(reason));
        Assert.That(Contents(folder), Is.EqualTo(before));
    }

    private static Dictionary<string, byte[]> Contents(string folder, string files = "*") =>
        Directory.GetFiles(folder, files, SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllBytes);

    // Earlier files with other contents, so that a new file with the usual contents is not taken for them.
    private static Dictionary<string, byte[]> Spoilt(string folder)
    {
        Array.ForEach(Directory.GetFiles(folder), path => File.AppendAllText(path, "earlier"));
        return Contents(folder);
    }

    private static void WriteCheckpoint(string path)
    {
        var epoch = new EpochMoment(1, TimeSpan.Zero, 5, 0.1, 2.5, [3, 4], [1, 2], new byte[5056], new byte[5056]);
        var moment = new TrainingMoment(
            new() { ["Seed"] = 1.ToString(CultureInfo.InvariantCulture) },
            TimeSpan.FromSeconds(9),
            0.5,
            [],
            epoch,
            DivergedIn: null
        );
        using var folder = new CheckpointFolder(Path.GetDirectoryName(path)!);
        folder.SaveFinished(new(moment, [new("network.weight", "F32", [1000], new byte[4000])]));
    }

    private static void WriteCache(string path)
    {
        var shape = SmallTraining.Options.Shape;
        using var writer = new ImageCacheWriter(path, shape, 3);
        writer.Append(new byte[2 * shape.Bytes]);
        writer.Append(new byte[shape.Bytes]);
        writer.Finish(new byte[3 * ImageKeys.Size], []).Dispose();
    }

    private static void WriteFeatures(string path)
    {
        using var features = ones(3, 100);
        using var writer = new FeatureFileWriter(
            path,
            new([3, 100], ["images", "mirror_images"]),
            new Dictionary<string, string> { ["format"] = "features" }
        );
        writer.Write(0, 0, features);
        writer.Write(1, 0, features);
        writer.Finish().Dispose();
    }
}

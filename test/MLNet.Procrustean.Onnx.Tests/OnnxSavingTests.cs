using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Onnx.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests;

public sealed class OnnxSavingTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private SavedTinyModel saved = null!;

    private static ImageClassifierModel Model => SavedTinyModel.Model.Classifier;

    private static IDataView Images => SavedTinyModel.Model.Images;

    [OneTimeSetUp]
    public void SaveTheSharedModel() => saved = new();

    [OneTimeTearDown]
    public void RemoveIt() => saved.Dispose();

    [TestCase(OnnxWeights.Fp32, 0)]
    [TestCase(OnnxWeights.Fp16, 0.002f)]
    [TestCase(OnnxWeights.Int8, 0.05f)]
    public void SaveOnnx_OfATrainedModel_ScoresLikeItAndReportsHowNearly(OnnxWeights weights, float tolerance)
    {
        var path = PathOf(weights);

        var report = Model.SaveOnnx(
            path,
            new()
            {
                Weights = weights,
                CalibrationImages = Images,
                TestImages = Images,
            }
        );

        using var loaded = Ml.Model.LoadOnnxImageClassifier(path);
        using var single = Ml.Model.LoadOnnxImageClassifier(saved.Onnx);
        var (found, expected) = (TinyModel.Scores(loaded.Transform(Images)), TinyModel.Scores(single.Transform(Images)));
        var differences = found.SelectMany(row => row).Zip(expected.SelectMany(row => row), (one, other) => Math.Abs(one - other));
        var same = found.Zip(expected, (one, other) => Largest(one) == Largest(other)).Count(equal => equal);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.LargestDifference, Is.EqualTo(differences.Max()).And.LessThanOrEqualTo(tolerance));
            Assert.That(report.SameClassShare, Is.EqualTo((double)same / found.Length).And.GreaterThan(0.9));
            Assert.That(report.MacroAccuracy, Is.EqualTo(Evaluate(loaded)).Within(1e-12));
            Assert.That(report.Fp32MacroAccuracy, Is.EqualTo(Evaluate(single)).Within(1e-12));
            Assert.That((report.ImageCount, report.IsOfTestImages), Is.EqualTo((36, true)));
            Assert.That(report.FileBytes, Is.EqualTo(new FileInfo(path).Length));
            Assert.That(report.Fp32FileBytes, Is.EqualTo(new FileInfo(saved.Onnx).Length));
            Assert.That(report.Weights, Is.EqualTo(weights));
        }
    }

    [Test]
    public void SaveOnnx_InSinglePrecision_WritesTheFileOfSaveOnnx()
    {
        var path = PathOf(OnnxWeights.Fp32);

        var report = Model.SaveOnnx(path, new());

        Assert.That(File.ReadAllBytes(path), Is.EqualTo(File.ReadAllBytes(saved.Onnx)));
        Assert.That((report.ImageCount, report.SameClassShare, report.MacroAccuracy), Is.EqualTo((0, double.NaN, double.NaN)));
        Assert.That($"{report}", Is.EqualTo($"Fp32: {report.FileBytes:N0} bytes, 100 % of {report.FileBytes:N0} in single precision."));
    }

    [Test]
    public void SaveOnnx_WithoutTestImages_ComparesOnThoseOfTheCalibration()
    {
        var options = new OnnxExportOptions { Weights = OnnxWeights.Int8, CalibrationImageCount = 15 };

        var labelled = Model.SaveOnnx(PathOf(OnnxWeights.Int8), options with { CalibrationImages = Images });
        var unlabelled = Model.SaveOnnx(
            PathOf(OnnxWeights.Int8),
            options with
            {
                CalibrationImages = Ml.Transforms.DropColumns("Label").Fit(Images).Transform(Images),
            }
        );

        Assert.That((labelled.ImageCount, labelled.IsOfTestImages), Is.EqualTo((15, false)));
        Assert.That(labelled.MacroAccuracy, Is.GreaterThan(0.3));
        Assert.That($"{labelled}", Does.Contain("15 calibration images").And.Contain("macro accuracy"));
        Assert.That(unlabelled.ImageCount, Is.EqualTo(15));
        Assert.That(unlabelled.MacroAccuracy, Is.NaN);
    }

    [Test]
    public void SaveOnnx_OfALoadedModel_NeedsNoLabelsAsText()
    {
        using var loaded = SavedTinyModel.Load(saved.Zip);
        var options = new OnnxExportOptions { Weights = OnnxWeights.Int8, CalibrationImages = SavedTinyModel.Model.Keyed };

        loaded.SaveOnnx(PathOf(OnnxWeights.Int8), options);
        var first = File.ReadAllBytes(PathOf(OnnxWeights.Int8));
        Model.SaveOnnx(PathOf(OnnxWeights.Int8), options);

        Assert.That(File.ReadAllBytes(PathOf(OnnxWeights.Int8)), Is.EqualTo(first));
    }

    [Test]
    public void SaveOnnx_OnAFullDisk_LeavesTheEarlierFile()
    {
        var path = Path.Combine(saved.Folder, "earlier.onnx");
        File.WriteAllText(path, "earlier");
        using (new FileSizeLimit(1000))
        {
            Assert.That(() => Model.SaveOnnx(path, new() { Weights = OnnxWeights.Fp16 }), Throws.InstanceOf<IOException>());
        }

        Assert.That(File.ReadAllText(path), Is.EqualTo("earlier"));
        Assert.That(Directory.GetFiles(saved.Folder, "*.tmp"), Is.Empty);
    }

    [Test]
    public void SaveOnnx_OfWhatDoesNotFit_IsRefusedAndWritesNothing()
    {
        var path = Path.Combine(saved.Folder, "refused.onnx");
        var int8 = new OnnxExportOptions { Weights = OnnxWeights.Int8 };
        var none = Ml.Data.LoadFromEnumerable(Array.Empty<LabelledImageFile>());
        var unknown = Ml.Data.LoadFromEnumerable([new LabelledImageFile { ImagePath = SavedTinyModel.Model.Paths[0], Label = "yak" }]);
        var gone = Ml.Data.LoadFromEnumerable([new LabelledImageFile { ImagePath = "gone.png", Label = "cat" }]);
        using (Assert.EnterMultipleScope())
        {
            Refuses<ArgumentException>(int8, "needs images.*CalibrationImages");
            Refuses<ArgumentException>(int8 with { CalibrationImages = none }, "CalibrationImages has no image");
            Refuses<ArgumentException>(int8 with { CalibrationImages = Images, TestImages = none }, "TestImages has no row");
            Refuses<ArgumentException>(int8 with { CalibrationImages = Images, TestImages = unknown }, "'yak'.*3 classes: cat, dog, owl");
            Refuses<ArgumentException>(new() { TestImages = Images, LabelColumnName = "Class" }, "'Class'");
            Refuses<ArgumentException>(
                new() { TestImages = Ml.Transforms.DropColumns("ImagePath").Fit(Images).Transform(Images) },
                "ImagePath"
            );
            Refuses<ImageException>(int8 with { CalibrationImages = gone }, "gone.png");
        }

        Assert.That(() => Model.SaveOnnx(" ", new()), Throws.ArgumentException);
        Assert.That(() => Model.SaveOnnx(path, null!), Throws.ArgumentNullException);
        Assert.That(() => new OnnxExportOptions { Weights = (OnnxWeights)9 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OnnxExportOptions { CalibrationImageCount = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OnnxExportOptions { LabelColumnName = " " }, Throws.ArgumentException);
        Assert.That(File.Exists(path), Is.False);

        void Refuses<T>(OnnxExportOptions options, string pattern)
            where T : Exception =>
            Assert.That(() => Model.SaveOnnx(path, options), Throws.InstanceOf<T>().With.Message.Matches($"(?s){pattern}"));
    }

    [Test]
    public void SaveOnnx_OfADisposedModel_IsRefused()
    {
        var disposed = SavedTinyModel.Load(saved.Zip);
        disposed.Dispose();

        Assert.That(() => disposed.SaveOnnx(PathOf(OnnxWeights.Fp16), new()), Throws.InstanceOf<ObjectDisposedException>());
    }

    [TestCase(OnnxWeights.Int8, 0.9, 0.895, null)]
    [TestCase(OnnxWeights.Int8, 0.9, 0.88, "or take OnnxWeights.Fp16.")]
    [TestCase(OnnxWeights.Fp16, 0.9, 0.88, "take OnnxWeights.Fp32.")]
    [TestCase(OnnxWeights.Int8, double.NaN, double.NaN, null)]
    public void Warning_WhereAPointIsLost_SaysWhatToDo(OnnxWeights weights, double before, double after, string? part)
    {
        var report = new OnnxReport
        {
            Weights = weights,
            MacroAccuracy = after,
            Fp32MacroAccuracy = before,
        };

        Assert.That(report.Warning, part is null ? Is.Null : Does.Contain("costs 2.0 points").And.EndsWith(part));
    }

    private string PathOf(OnnxWeights weights) => Path.Combine(saved.Folder, $"{weights}.onnx");

    private static double Evaluate(OnnxImageClassifier model) =>
        Ml.MulticlassClassification.Evaluate(model.Transform(SavedTinyModel.Model.Keyed)).MacroAccuracy;

    private static int Largest(float[] score) => Array.IndexOf(score, score.Max());
}

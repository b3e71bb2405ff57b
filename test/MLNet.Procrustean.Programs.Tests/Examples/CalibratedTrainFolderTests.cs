using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>TrainFolder fits a temperature on images that it does not train on.</summary>
public sealed class CalibratedTrainFolderTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void WriteImages()
    {
        folder = new();
        ImageFolders.Write(folder, ("train/cat", 40), ("train/dog", 20), ("train/owl", 12));
        ImageFolders.Write(folder, ("test/cat", 4), ("test/dog", 4), ("test/owl", 4)); // a call of its own: colours go by position
    }

    [TearDown]
    public void DeleteImages() => folder.Dispose();

    [Test]
    public void CalibrationFraction_OfTheTrainingImages_LeavesTheSavedModelNothingToScale()
    {
        var run = Train("--calibration-fraction", "0.25", "--model", At("model.zip"), "--json", At("results.json"), "--seed", "3");

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var results = JsonNode.Parse(File.ReadAllText(At("results.json")))!;
        var temperature = (double)results["temperature"]!;
        var ml = new MLContext(seed: 1);
        var saved = ml.Model.Load(At("model.zip"), out _);
        using var classifier = ((IEnumerable<ITransformer>)saved).OfType<ImageClassifierModel>().Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                run.Errors,
                Does.Contain("The scores are calibrated by a temperature of").And.Contain("fitted on 18 images held out")
            );
            Assert.That(temperature, Is.InRange(0.05, 20).And.Not.EqualTo(1).Within(0.001));
            Assert.That(results["classes"]!.AsArray().Select(one => (int)one!["trainCount"]!), Is.EqualTo((int[])[30, 15, 9]));
            Assert.That(classifier.FitTemperature(HeldOut(ml)), Is.EqualTo(1).Within(0.001));
        }
    }

    [Test]
    public void CalibrationFraction_ImageThatCannotBeRead_IsToldWhenTheModelIsSaved()
    {
        File.WriteAllText(HeldOut(new MLContext(seed: 1)).GetColumn<string>("ImagePath").First(), "no image");

        var run = Train("--calibration-fraction", "0.25", "--model", At("model.zip"), "--seed", "3");
        var skipping = Train("--calibration-fraction", "0.25", "--seed", "3", "--bad-images", "skip", "--json", At("results.json"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain($"The model is in {At("model.zip")}, not calibrated. With --bad-images skip"));
            Assert.That(skipping.ExitCode, Is.Zero, skipping.Errors);
            Assert.That(skipping.Output, Does.Contain("skipped in the calibration: "));
            Assert.That(skipping.Errors, Does.Contain("17 images held out"));
            Assert.That(JsonNode.Parse(File.ReadAllText(At("results.json")))!["skippedInCalibration"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(At("model.zip"), Does.Exist);
        }
    }

    [Test]
    public void CalibrationFraction_NoImageCanBeRead_IsToldWhenTheModelIsSaved()
    {
        foreach (var path in HeldOut(new MLContext(seed: 1)).GetColumn<string>("ImagePath"))
        {
            File.WriteAllText(path, "no image");
        }

        var run = Train("--calibration-fraction", "0.25", "--seed", "3", "--bad-images", "skip", "--model", At("model.zip"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain("None of the 18 rows has a score").And.Contain($"{At("model.zip")}, not calibrated."));
            Assert.That(At("model.zip"), Does.Exist);
        }
    }

    [TestCase("1")]
    [TestCase("-0.1")]
    public void CalibrationFraction_OutOfRange_IsRefused(string fraction)
    {
        var run = Train("--calibration-fraction", fraction);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain($"--calibration-fraction is {fraction}; it must be 0 or a share below 1."));
    }

    [Test]
    public void CalibrationFraction_ClassOfOneImage_IsRefused()
    {
        foreach (var path in Directory.GetFiles(At("train/owl")).Skip(1))
        {
            File.Delete(path);
        }

        var run = Train("--calibration-fraction", "0.25");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(
            run.Errors,
            Does.Contain("--calibration-fraction divides the images that are left to train on: Class 'owl' has only one")
        );
    }

    private IDataView HeldOut(MLContext ml) =>
        ml.Data.StratifiedSplit(ml.Data.LoadImageFolder(At("train")), "Label", 0.25, seed: 3).TestSet;

    private ChildProcess Train(params string[] more) =>
        ChildProcess.Dotnet([
            .. ExampleProgram.Training("TrainFolder", At("train"), epochs: 2),
            "--test",
            At("test"),
            "--strategy",
            "plain",
            .. more,
        ]);

    private string At(string name) => Path.Combine(folder.Path, name);
}

using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;
using SkiaSharp;

namespace MLNet.Procrustean.Tests.Readme;

/// <summary>The code of the README, as it stands there, run on a small folder.</summary>
public sealed class ReadmeSnippets
{
    private TemporaryFolder folder = null!;
    private string before = "";

    [OneTimeSetUp]
    public void GoToAFolderWithPhotos()
    {
        folder = new TemporaryFolder();
        before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        foreach (var (name, count) in new[] { ("bolt", 6), ("nut", 3) })
        {
            Directory.CreateDirectory(Path.Combine("photos", name));
            for (var i = 0; i < count; i++)
            {
                var shade = (byte)((name == "bolt" ? 20 : 180) + i);
                File.WriteAllBytes(
                    Path.Combine("photos", name, $"{i}.png"),
                    TestImages.Png(20, 20, (x, y) => new SKColor(shade, shade, (byte)(5 * (x + y))))
                );
            }
        }
    }

    [OneTimeTearDown]
    public void GoBack()
    {
        Environment.CurrentDirectory = before;
        folder.Dispose();
    }

    [Test]
    public void Pipeline_OnAFolder_TrainsEvaluatesSavesAndServes()
    {
        #region pipeline
        var ml = new MLContext(seed: 1);
        var images = ml.Data.LoadImageFolder("photos"); // photos/bolt/*.jpg, photos/nut/*.jpg, ...
        var (train, test) = ml.Data.StratifiedSplit(images); // every class on both sides

        var pipeline = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.ProcrusteanImageClassification())
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(train);

        Console.WriteLine(ml.MulticlassClassification.EvaluateImbalance(model.Transform(test)));
        ml.Model.Save(model, train.Schema, "model.zip");
        #endregion

        Assert.That(new FileInfo("model.zip").Length, Is.GreaterThan(100_000));
        Serve();
    }

    private static void Serve()
    {
        #region serve
        var ml = new MLContext();
        var model = ml.Model.Load("model.zip", out _); // nothing to register
        using var engine = ml.Model.CreatePredictionEngine<LabelledImageFile, Prediction>(model);
        Console.WriteLine(engine.Predict(new() { ImagePath = "photos/bolt/0.png" }).PredictedLabel);
        #endregion

        Assert.That(engine.Predict(new() { ImagePath = "photos/bolt/0.png" }).PredictedLabel, Is.EqualTo("bolt").Or.EqualTo("nut"));
    }

    [Test]
    public void Options_AsShown_AreAccepted()
    {
        var ml = new MLContext(seed: 1);
        #region options
        var trainer = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(
            new ImageClassifierOptions
            {
                Strategy = new LogitAdjustment(), // or new PlainTraining(), to compare
                Backbone = new ResNet { Depth = 18 },
                ImageSize = 224,
                Epochs = 50,
                ValidationSetFraction = 0.1,
                Keep = KeptEpoch.Best,
                CachePath = "photos.cache", // decode once, for all later trainings
                CheckpointPath = "checkpoints", // go on here when the program was killed
                Seed = 1,
                Progress = new Progress<EpochReport>(report => Console.WriteLine(report)),
            }
        );
        #endregion

        Assert.That(trainer.Options.Backbone.Name, Is.EqualTo("resnet-18"));
    }

    [Test]
    public void Report_OnAFolder_IsWritten()
    {
        var ml = new MLContext(seed: 1);
        var (train, test) = ml.Data.StratifiedSplit(ml.Data.LoadImageFolder("photos"));
        #region report
        var options = new ImageClassifierOptions
        {
            Strategy = new Combined(new MajorFeatureWeakening { MinLambda = 0.9 }, new LabelDistributionAwareMargin()),
            Epochs = 20,
            Diagnostics = new TrainingDiagnostics(), // training progress, leakage and feature gradients of each class, after each epoch
        };
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        using var classifier = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(keys.Transform(train));
        var metrics = ml.MulticlassClassification.EvaluateImbalance(keys.Append(classifier).Transform(test));

        var run = TrainedRun.Of("MFW with LDAM", classifier, metrics, options) with { Diagnostics = classifier.Diagnose(train, test) };
        TrainingReport.Write("report.html", [run], "Photos"); // one page, and its numbers as CSV and JSON beside it
        #endregion

        Assert.That(File.ReadAllText("report.html"), Does.Contain("MFW with LDAM").And.Contain("Leakage").And.Contain("Neural collapse"));
    }

    #region prediction
    public sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
        public float[] Score { get; set; } = []; // a probability per class
    }
    #endregion
}

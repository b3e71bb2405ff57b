using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
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
        DrawPhotos(folder.Path);
    }

    /// <summary>Makes the folder of photos that the README's code reads.</summary>
    internal static void DrawPhotos(string inside)
    {
        foreach (var (name, count) in new[] { ("bolt", 6), ("nut", 3) })
        {
            Directory.CreateDirectory(Path.Combine(inside, "photos", name));
            for (var i = 0; i < count; i++)
            {
                var shade = (byte)((name == "bolt" ? 20 : 180) + i);
                File.WriteAllBytes(
                    Path.Combine(inside, "photos", name, $"{i}.png"),
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
    public void Finetuning_AsShown_TrainsTheHeadAndThenTheLastStage()
    {
        var ml = new MLContext(seed: 1);
        #region finetuning
        var finetuning = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(
            new ImageClassifierOptions { InitialWeights = PretrainedWeights.ImageNetResNet18() }
        );
        #endregion

        var images = ml.Data.LoadImageFolder("photos");
        using var model = finetuning.Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images));

        Assert.That(model.EpochReports, Has.Length.EqualTo(4));
        Assert.That(model.EpochReports[^1].TrainingAccuracy, Is.All.EqualTo(1));
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
                CheckpointPath = "checkpoints", // the same fit resumes here after the program was killed
                Seed = 1,
                Progress = new Progress<EpochReport>(report => Console.WriteLine($"\r{report}")),
                PhaseProgress = new Progress<PhaseReport>(report => Console.Write($"\r{report}")), // also while images are read
            }
        );
        #endregion

        Assert.That(trainer.Options.Backbone.Name, Is.EqualTo("resnet-18"));
    }

    [Test]
    public void Engine_KeepingItsModel_LeavesItAlive()
    {
        var ml = new MLContext(seed: 1);
        var images = ml.Data.LoadImageFolder("photos");
        var options = new ImageClassifierOptions
        {
            Backbone = new CifarResNet { Depth = 8 },
            Epochs = 1,
        };
        using var loaded = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(images);
        for (var request = 0; request < 2; request++)
        {
            #region engine
            var keeping = new PredictionEngineOptions { OwnsTransformer = false };
            using var another = ml.Model.CreatePredictionEngine<LabelledImageFile, Prediction>(loaded, keeping);
            #endregion

            Assert.That(another.Predict(new() { ImagePath = "photos/nut/0.png" }).PredictedLabel, Is.AnyOf("bolt", "nut"));
        }
    }

    [Test]
    public void Features_OnAFolder_BecomePlacesOnAMap()
    {
        var ml = new MLContext(seed: 1);
        var images = ml.Data.LoadImageFolder("photos");
        #region features
        var mapping = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(
                ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(
                    new ImageClassifierOptions { FeatureColumnName = "Features", AverageFlips = true }
                )
            )
            .Append(ml.Transforms.ProjectToPrincipalComponents("Map", "Features", rank: 2)); // or any trainer of ML.NET
        var places = mapping.Fit(images).Transform(images);
        #endregion

        Assert.That(places.GetColumn<float[]>("Map").Select(place => place.Length), Is.EqualTo(Enumerable.Repeat(2, 9)));
    }

    [Test]
    public void Onnx_AsShown_ScoresWithoutThisLibrary()
    {
        QuietOnnxRuntime.DisableTelemetry();
        var classifier = TinyModel.Shared.Classifier;
        var pixels = new byte[16 * 16 * 3];
        #region onnx
        classifier.SaveOnnx("model.onnx"); // the ImageClassifierModel, also among the transformers of a loaded pipeline

        using var session = new InferenceSession("model.onnx");
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 16, 16, 3]); // any number of images of the model's size
        using var outputs = session.Run(new RunOptions(), ["pixels"], [input], ["probabilities"]);
        var names = JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["class_names"])!;
        var best = outputs[0].GetTensorDataAsSpan<float>().ToArray().Zip(names).Max(); // a probability and its class
        #endregion

        Assert.That(best.First, Is.InRange(1.0 / 3, 1));
        Assert.That(names, Is.EqualTo(classifier.ClassNames));
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
            Diagnostics = new TrainingDiagnostics(), // per class and epoch: training accuracy, leakage, feature gradients
        };
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        using var classifier = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(keys.Transform(train));
        var metrics = ml.MulticlassClassification.EvaluateImbalance(keys.Append(classifier).Transform(test));

        var run = TrainedRun.Of("MFW with LDAM", classifier, metrics, options) with { Diagnostics = classifier.Diagnose(train, test) };
        TrainingReport.Write("report.html", [run], "Photos"); // one page, and its numbers as CSV and JSON beside it
        #endregion

        Assert.That(File.ReadAllText("report.html"), Does.Contain("MFW with LDAM").And.Contain("Leakage").And.Contain("Neural collapse"));
    }

    [Test]
    public void Attack_OnAFolder_IsEvaluated()
    {
        var ml = new MLContext(seed: 1);
        var (train, test) = ml.Data.StratifiedSplit(ml.Data.LoadImageFolder("photos"));
        #region attack
        var options = new ImageClassifierOptions
        {
            Strategy = new CostSensitiveAdversarialTraining { Tau = 0.5 }, // or Costs = CostMatrix.Load("costs.csv")
            Backbone = new CifarResNet { Depth = 8 },
            ImageSize = 32,
            Epochs = 10, // each takes up to eight times as long as one of plain training
        };
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        using var classifier = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(keys.Transform(train));
        var attack = new ProjectedGradientAttack { Epsilon = 4 }; // each value of a pixel changes by at most 4 of 255
        var metrics = ml.MulticlassClassification.EvaluateRobustness(classifier, test, attack);
        Console.WriteLine(metrics); // recall of each class and cost of its errors, as it is and under attack
        #endregion

        Assert.That($"{metrics}", Does.Contain("bolt").And.Contain("geometric mean"));
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
    }
}

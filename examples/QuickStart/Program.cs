using System.Diagnostics;
using Microsoft.ML;
using MLNet.Procrustean;
using QuickStart;
using QuickStart.Parts;
using QuickStart.Results;

// Draws images of machine parts, four common kinds and four rare ones, trains the same network on them twice, plainly and with what the
// library recommends, and shows what each of the two recognises.
int[] trainCounts = [600, 600, 600, 600, 30, 30, 30, 30];
const int TestCount = 100;
const int Epochs = 18;

if (args is [var first, ..])
{
    Console.Error.WriteLine($"The quick start takes no options, and '{first}' is given. TrainFolder trains on your own images.");
    return 2;
}

var clock = Stopwatch.StartNew();
var folder = Directory.CreateDirectory("quickstart-output").FullName;
var parts = Path.Combine(folder, "parts");
PartImages.Draw(parts, trainCounts, TestCount, seed: 1);
Console.WriteLine($"Drew {trainCounts.Sum()} training and {TestCount * trainCounts.Length} test images into {parts}");

var ml = new MLContext(seed: 1);
var train = ml.Data.LoadImageFolder(Path.Combine(parts, "train"));
var test = ml.Data.LoadImageFolder(Path.Combine(parts, "test"));

var (_, plain) = Train(new PlainTraining(), "Plain training");
var (model, ours) = Train(new RecommendedStrategy(), "MLNet.Procrustean");

var comparison = new Comparison(plain, ours);
Console.WriteLine();
Console.WriteLine(ResultTable.Format(comparison));

var chart = Path.Combine(folder, "quickstart.png");
ResultChart.Save(comparison, name => Path.Combine(parts, "train", name, "000.png"), chart);

var saved = Path.Combine(folder, "parts.zip");
ml.Model.Save(model, train.Schema, saved);
using var engine = ml.Model.CreatePredictionEngine<LabelledImageFile, Prediction>(ml.Model.Load(saved, out _));
var image = Path.Combine(parts, "test", "gear", "000.png");
var prediction = engine.Predict(new LabelledImageFile { ImagePath = image });

Console.WriteLine();
Console.WriteLine(
    $"The saved and reloaded model takes {Path.GetRelativePath(parts, image)} for a {prediction.PredictedLabel} "
        + $"({prediction.Score.Max():P0} sure)."
);
Console.WriteLine($"Picture: {chart}");
Console.WriteLine($"Model:   {saved}");
Console.WriteLine($"Took {clock.Elapsed.TotalSeconds:0} s.");
return 0;

(ITransformer Model, ImbalanceMetrics Metrics) Train(TrainingStrategy strategy, string name)
{
    var progress = new LiveProgress(name);
    var pipeline = ml
        .Transforms.Conversion.MapValueToKey("Label")
        .Append(
            ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(
                new ImageClassifierOptions
                {
                    Strategy = strategy,
                    Backbone = new CifarResNet { Depth = 8 },
                    ImageSize = Scene.Side,
                    Epochs = Epochs,
                    Seed = 1,
                    Progress = progress,
                    PhaseProgress = progress,
                }
            )
        )
        .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    var trained = pipeline.Fit(train);
    return (trained, ml.MulticlassClassification.EvaluateImbalance(trained.Transform(test)));
}

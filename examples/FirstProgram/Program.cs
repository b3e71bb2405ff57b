using Microsoft.ML;
using MLNet.Procrustean;

var ml = new MLContext(seed: 1);
var images = ml.Data.LoadImageFolder("photos"); // one sub-folder per class: photos/bolt, photos/nut, ...
var (train, test) = ml.Data.StratifiedSplit(images); // every class on both sides: each needs two images

var pipeline = ml
    .Transforms.Conversion.MapValueToKey("Label")
    .Append(ml.MulticlassClassification.Trainers.ProcrusteanImageClassification())
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
var model = pipeline.Fit(train);

Console.WriteLine(ml.MulticlassClassification.EvaluateImbalance(model.Transform(test)));
ml.Model.SaveAtomically(model, train.Schema, "model.zip");

var loaded = ml.Model.Load("model.zip", out _); // in any program that references the package; nothing to register
using var engine = ml.Model.CreatePredictionEngine<LabelledImageFile, Prediction>(loaded);
Console.WriteLine(engine.Predict(new() { ImagePath = "photos/bolt/0.png" }).PredictedLabel); // one of your images

internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = []; // a probability per class
}

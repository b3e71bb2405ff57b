using Microsoft.ML;
using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Training;

namespace MLNet.Procrustean.Benchmarks.Scoring;

/// <summary>What a prediction gives.</summary>
internal sealed class Prediction
{
    public float[] Score { get; set; } = [];
}

/// <summary>A model that was trained briefly: its weights mean nothing, but it is as fast as any other.</summary>
internal static class ScoredModel
{
    /// <summary>Trains it with the label's key in its pipeline, and saves it.</summary>
    public static void Save(Sizes sizes, string path)
    {
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(LabelledPhotos.Rows(sizes.Batch, sizes.Side));
        var pipeline = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(Estimator.Options(sizes) with { Epochs = 1 }));
        using var model = pipeline.Fit(rows);
        ml.Model.Save(model, rows.Schema, path);
    }

    /// <summary>The model, scored by an engine.</summary>
    public static ITransformer Load(MLContext ml, string path, ScoringEngine engine)
    {
        var model = (IEnumerable<ITransformer>)ml.Model.Load(path, out _);
        model.OfType<ImageClassifierModel>().Single().ScoringEngine = engine;
        return (ITransformer)model;
    }

    /// <summary>The prediction engine owns the model: disposing it disposes that too.</summary>
    public static PredictionEngine<EncodedImage, Prediction> Engine(string path, ScoringEngine engine)
    {
        var ml = new MLContext();
        return ml.Model.CreatePredictionEngine<EncodedImage, Prediction>(Load(ml, path, engine));
    }
}

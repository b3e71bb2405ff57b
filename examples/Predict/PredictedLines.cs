using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Predict;

/// <summary>What a model says of one image after the other, each in a line.</summary>
internal sealed class PredictedLines : IDisposable
{
    private readonly PredictionEngine<Photo, Prediction> engine;
    private readonly string[] classes;

    /// <param name="ml">The context to score in.</param>
    /// <param name="model">The model; disposed with this.</param>
    public PredictedLines(MLContext ml, ITransformer model)
    {
        engine = ml.Model.CreatePredictionEngine<Photo, Prediction>(model);
        VBuffer<ReadOnlyMemory<char>> names = default;
        engine.OutputSchema["Score"].GetSlotNames(ref names);
        classes = [.. names.DenseValues().Select(name => name.ToString())];
    }

    /// <summary>The path, the most probable class, and each class with its probability; tabs between.</summary>
    /// <exception cref="MLNet.Procrustean.ImageException">The image cannot be read.</exception>
    public string Of(string path)
    {
        var score = engine.Predict(new() { ImagePath = path }).Score;
        var probabilities = classes.Zip(score, (name, probability) => $"{name} {probability.ToString("R", CultureInfo.InvariantCulture)}");
        return string.Join('\t', [path, classes[Array.IndexOf(score, score.Max())], .. probabilities]);
    }

    public void Dispose() => engine.Dispose();

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";

        // The pipeline that was trained has this column too; in scoring nothing reads it.
        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}

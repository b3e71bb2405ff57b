using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;
using MLNet.Procrustean;
using TorchSharp;

namespace Benchmark.Peers;

/// <summary>The features of images by the ResNet-18 of ML.NET's image featurizer; those of a file are computed once.</summary>
/// <param name="cancellation">Stops between two images.</param>
internal sealed class ImageNetFeatures(CancellationToken cancellation)
{
    /// <summary>Features of an image.</summary>
    public const int Count = 512;

    private const int Side = 224;
    private const string Output = "Pooling395_Output_0";
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, float[]> known = [];
    private TimeSpan spent;

    /// <summary>What reading an image and computing its features took on average.</summary>
    public double SecondsPerImage => spent.TotalSeconds / known.Count;

    /// <summary>Those of a file that <see cref="Compute"/> was given.</summary>
    public float[] this[string path] => known[path];

    /// <summary>Computes the features that are not known yet, and writes to the error stream how far it is.</summary>
    /// <param name="name">What is computed, for the reports.</param>
    /// <param name="paths">Image files.</param>
    public void Compute(string name, IEnumerable<string> paths)
    {
        var missing = paths.Distinct().Where(path => !known.ContainsKey(path)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var (clock, reported) = (Stopwatch.StartNew(), TimeSpan.Zero);
        using var engine = Engine();
        foreach (var (index, path) in missing.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            known.Add(path, engine.Predict(new() { ImagePath = path }).Features);
            var done = index + 1;
            if (done == missing.Count || clock.Elapsed - reported > BetweenReports)
            {
                reported = clock.Elapsed;
                var rate = done / reported.TotalSeconds;
                Console.Error.WriteLine(
                    FormattableString.Invariant($"features, {name}: {done} of {missing.Count} images, {rate:0.0} images/s")
                );
            }
        }

        spent += clock.Elapsed;
    }

    // What DnnFeaturizeImage puts together. One image after the other, with as many threads as the training takes; a data view would take
    // all processors.
    private static PredictionEngine<LabelledImageFile, Found> Engine()
    {
        NativeCompatibility.Enable();
        OnnxTelemetry.Disable();
        var threads = torch.get_num_threads();
        var ml = new MLContext();
        OnnxScoringEstimator Onnx(string input, string output, params string[] path) =>
            ml.Transforms.ApplyOnnxModel(
                new OnnxOptions
                {
                    ModelFile = Path.Combine([AppContext.BaseDirectory, "DnnImageModels", .. path]),
                    InputColumns = [input],
                    OutputColumns = [output],
                    IntraOpNumThreads = threads,
                }
            );

        var pipeline = ml
            .Transforms.LoadImages("Image", imageFolder: "", nameof(LabelledImageFile.ImagePath))
            .Append(ml.Transforms.ResizeImages("Image", Side, Side))
            .Append(ml.Transforms.ExtractPixels("OriginalInput", "Image"))
            .Append(Onnx("OriginalInput", "PreprocessedInput", "ResNetPrepOnnx", "ResNetPreprocess.onnx"))
            .Append(ml.Transforms.CopyColumns("Input247", "PreprocessedInput"))
            .Append(Onnx("Input247", Output, "ResNet18Onnx", "ResNet18.onnx"));
        return ml.Model.CreatePredictionEngine<LabelledImageFile, Found>(pipeline.Fit(ml.Data.LoadFromEnumerable<LabelledImageFile>([])));
    }

    private sealed class Found
    {
        [ColumnName(Output), VectorType(Count)]
        public float[] Features { get; init; } = [];
    }
}

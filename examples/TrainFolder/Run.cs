using System.Text.Json;
using Microsoft.ML;
using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>One training with its evaluation.</summary>
internal sealed record Run
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public required string Train { get; init; }

    public string? Test { get; init; }

    public double TestFraction { get; init; }

    public required string StrategyName { get; init; }

    public required string CorrectionName { get; init; }

    public required Func<ImageClassifierModel, ImageClassifierModel> Correction { get; init; }

    public string? ModelPath { get; init; }

    public string? JsonPath { get; init; }

    public string? ReportPath { get; init; }

    public required ImageClassifierOptions Options { get; init; }

    public void Execute()
    {
        foreach (var path in new[] { ModelPath, JsonPath, ReportPath }.OfType<string>())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // now, not when the training is done
            if (Directory.Exists(path))
            {
                throw new IOException($"'{path}' is a folder; name a file.");
            }
        }

        var ml = new MLContext(Options.Seed);
        if (Options.CheckpointPath is not null)
        {
            ml.Log += (_, line) => TellOfCheckpoints(line.RawMessage);
        }

        var images = ml.Data.LoadImageFolder(Train);
        var (train, test) = Test is { } folder
            ? (images, ml.Data.LoadImageFolder(folder))
            : ml.Data.StratifiedSplit(images, "Label", TestFraction, Options.Seed!.Value);

        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        var trainer = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(Options);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var trained = trainer.Fit(keys.Transform(train));
        using var classifier = Correction(trained);
        var seconds = clock.Elapsed.TotalSeconds;

        var model = keys.Append(classifier);
        if (ModelPath is not null)
        {
            Save(ml, model, train.Schema, ModelPath); // first, so that a test image that cannot be read costs no training
        }

        var metrics = ml.MulticlassClassification.EvaluateImbalance(model.Transform(test));
        Console.WriteLine(metrics);
        foreach (var skipped in classifier.SkippedImages)
        {
            Console.WriteLine($"skipped {skipped.Message}");
        }

        if (JsonPath is not null)
        {
            WriteWhole(JsonPath, JsonSerializer.Serialize(Results(metrics, seconds, classifier), Json));
        }

        if (ReportPath is not null)
        {
            var name = CorrectionName == "none" ? StrategyName : $"{StrategyName}, corrected by {CorrectionName}";
            TrainingReport.Write(
                ReportPath,
                [DescribedRun.Of(name, classifier, metrics, Options, train, test)],
                $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Train))}: {name}"
            );
        }
    }

    private void Save(MLContext ml, ITransformer model, DataViewSchema schema, string path)
    {
        try
        {
            ml.Model.SaveAtomically(model, schema, path);
        }
        catch (IOException problem) when (Options.CheckpointPath is not null)
        {
            throw new IOException(
                $"{problem.Message} The same command saves it without training again, from the checkpoint in {Options.CheckpointPath}.",
                problem
            );
        }
    }

    // Earlier results stay until these are complete. A device, as /dev/stdout, is written to as it is.
    private static void WriteWhole(string path, string text)
    {
        if (path.StartsWith("/dev/", StringComparison.Ordinal))
        {
            File.WriteAllText(path, text);
            return;
        }

        var temporary = $"{path}.tmp"; // what a killed process left there is written over
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void TellOfCheckpoints(string message)
    {
        if (message.Contains("checkpoint", StringComparison.Ordinal))
        {
            Console.Error.WriteLine(message);
        }
    }

    private object Results(ImbalanceMetrics metrics, double seconds, ImageClassifierModel classifier) =>
        new
        {
            Strategy = StrategyName,
            Correction = CorrectionName,
            Options.Seed,
            Backbone = Options.Backbone.Name,
            Options.Epochs,
            Classes = metrics.Classes.Select(one => new
            {
                one.Name,
                TrainCount = one.TrainingCount,
                one.TestCount,
                one.Recall,
            }),
            metrics.MicroAccuracy,
            metrics.MacroAccuracy,
            GMean = metrics.GeometricMean,
            metrics.MacroF1,
            TrainSeconds = seconds,
            ImagesPerSecond = classifier.EpochReports.Average(report => report.ImagesPerSecond),
        };
}

using System.Text.Json;
using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>The results of a run as JSON.</summary>
internal static class RunResults
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write(
        string path,
        Run run,
        ImbalanceMetrics metrics,
        SkippedImages skipped,
        double seconds,
        double imagesPerSecond
    ) => WriteAtomically(path, JsonSerializer.Serialize(Of(run, metrics, skipped, seconds, imagesPerSecond), Json));

    private static object Of(Run run, ImbalanceMetrics metrics, SkippedImages skipped, double seconds, double imagesPerSecond) =>
        new
        {
            Strategy = run.StrategyName,
            Correction = run.CorrectionName,
            run.Options.Seed,
            Backbone = run.Options.Backbone.Name,
            run.Options.Epochs,
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
            metrics.UnscoredCount,
            SkippedInTraining = skipped.InTraining.Select(image => image.Message),
            SkippedInTest = skipped.InTest.Select(image => image.Message),
            TrainSeconds = seconds,
            ImagesPerSecond = imagesPerSecond,
        };

    // Earlier results stay until these are complete. A device, such as /dev/stdout, is written to directly.
    private static void WriteAtomically(string path, string text)
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
}

using System.Text.Json;
using System.Text.Json.Serialization;
using MLNet.Procrustean;
using Shared;

namespace TrainFolder;

/// <summary>The results of a run as JSON.</summary>
internal static class RunResults
{
    public static void Write(
        string path,
        Run run,
        Evaluation evaluation,
        double temperature,
        SkippedImages skipped,
        double seconds,
        IReadOnlyCollection<EpochReport> epochs
    ) =>
        WriteAtomically(
            path,
            JsonSerializer.Serialize(Of(run, evaluation, temperature, skipped, seconds, epochs), ResultsJson.Default.Results)
        );

    private static Results Of(
        Run run,
        Evaluation evaluation,
        double temperature,
        SkippedImages skipped,
        double seconds,
        IReadOnlyCollection<EpochReport> epochs
    ) =>
        new(
            run.StrategyName,
            run.CorrectionName,
            temperature,
            run.Options.Seed,
            run.Options.Backbone.Name,
            epochs.Count, // the options do not know those of fine-tuning before the images are counted
            [.. evaluation.Metrics.Classes.Select(one => new ClassResults(one.Name, one.TrainingCount, one.TestCount, one.Recall))],
            evaluation.Metrics.MicroAccuracy,
            evaluation.Metrics.MacroAccuracy,
            GMean: evaluation.Metrics.GeometricMean,
            evaluation.Metrics.MacroF1,
            evaluation.Calibration.Overall.ExpectedCalibrationError,
            evaluation.Robustness?.Robust.MacroAccuracy,
            evaluation.Metrics.UnscoredCount,
            [.. skipped.InTraining.Select(image => image.Message)],
            [.. skipped.InCalibration.Select(image => image.Message)],
            [.. skipped.InTest.Select(image => image.Message)],
            seconds,
            epochs.Average(epoch => epoch.ImagesPerSecond)
        );

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

/// <summary>What the file holds.</summary>
internal sealed record Results(
    string Strategy,
    string Correction,
    double Temperature,
    int? Seed,
    string Backbone,
    int Epochs,
    IReadOnlyList<ClassResults> Classes,
    double MicroAccuracy,
    double MacroAccuracy,
    double GMean,
    double MacroF1,
    double ExpectedCalibrationError,
    double? AttackedMacroAccuracy,
    long UnscoredCount,
    IReadOnlyList<string> SkippedInTraining,
    IReadOnlyList<string> SkippedInCalibration,
    IReadOnlyList<string> SkippedInTest,
    double TrainSeconds,
    double ImagesPerSecond
);

/// <summary>The results of one class.</summary>
internal sealed record ClassResults(string Name, long? TrainCount, long TestCount, double? Recall);

/// <summary>The code is generated: the programs here turn off the serialization that uses reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Results))]
internal sealed partial class ResultsJson : JsonSerializerContext;

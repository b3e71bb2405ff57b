using Microsoft.ML;
using MLNet.Procrustean;

namespace Shared;

/// <summary>How well a model does on the test images, and what its scores are worth.</summary>
internal sealed record Evaluation(ImbalanceMetrics Metrics, CalibrationMetrics Calibration)
{
    /// <summary>How well it does when they are attacked, where that was asked for.</summary>
    public RobustnessMetrics? Robustness { get; init; }

    /// <summary>Scores each image once for both.</summary>
    /// <exception cref="ImageException">An image cannot be read, and the model refuses such images.</exception>
    public static Evaluation Of(MLContext ml, IDataView scored)
    {
        var kept = ml.Data.Cache(scored, "Label", "PredictedLabel", "Score");
        return new(ml.MulticlassClassification.EvaluateImbalance(kept), ml.MulticlassClassification.EvaluateCalibration(kept));
    }

    public override string ToString() =>
        string.Join(
            $"{Environment.NewLine}{Environment.NewLine}",
            [$"{Metrics}", $"{Calibration}", .. Robustness is null ? Array.Empty<string>() : [$"{Robustness}"]]
        );
}

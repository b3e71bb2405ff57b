using Microsoft.ML;
using MLNet.Procrustean;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Imbalance;
using MLNet.Procrustean.Report;

namespace TrainFolder;

/// <summary>A run with all that a report can show.</summary>
internal static class DescribedRun
{
    public static TrainedRun Of(string name, ImageClassifierModel model, ImbalanceMetrics metrics, ImageClassifierOptions options, IDataView train, IDataView test)
    {
        var found = model.Diagnose(train, test);
        var layerPeeled = new LayerPeeledModel { FeatureEnergy = found.FeatureEnergy, ClassifierEnergy = found.ClassifierEnergy };
        return TrainedRun.Of(name, model, metrics, options) with { Diagnostics = found, Prediction = layerPeeled.Predict([.. model.TrainingCounts.Select(n => (double)n)]) };
    }

    /// <exception cref="FormatException">The path is not one of an HTML file; said now, not after the training.</exception>
    public static void CheckPath(string? path)
    {
        if (path is not null && !path.EndsWith(".html", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"The report is an HTML file, and its path is '{path}'; let it end in .html.");
        }
    }
}

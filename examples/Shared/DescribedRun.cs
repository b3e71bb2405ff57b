using Microsoft.ML;
using MLNet.Procrustean;

namespace Shared;

/// <summary>A run with all that a report can show.</summary>
internal static class DescribedRun
{
    public static TrainedRun Of(
        string name,
        ImageClassifierModel model,
        Evaluation evaluation,
        ImageClassifierOptions options,
        IDataView train,
        IDataView test
    )
    {
        var run = TrainedRun.Of(name, model, evaluation.Metrics, options) with
        {
            Calibration = evaluation.Calibration,
            Robustness = evaluation.Robustness,
        };
        try
        {
            var found = model.Diagnose(train, test);
            return run with { Diagnostics = found, Prediction = Predict(options, found, model) };
        }
        catch (Exception problem) when (problem is ImageException or ArgumentException) // images that vanished, or all of a class skipped
        {
            Console.Error.WriteLine($"The report has no features and no classifier: {problem.Message}");
            return run;
        }
    }

    // The layer-peeled model is one of plain cross entropy on every image once, with at least as many features as classes.
    private static LayerPeeledPrediction? Predict(ImageClassifierOptions options, ModelDiagnostics found, ImageClassifierModel model)
    {
        var features = options.Backbone switch
        {
            CifarResNet small => 4 * small.Width,
            LeNet => 256,
            _ => 512, // or more
        };
        if (options.Strategy is not (PlainTraining or MajorFeatureWeakening) || model.ClassNames.Length > features)
        {
            return null;
        }

        try
        {
            var layerPeeled = new LayerPeeledModel { FeatureEnergy = found.FeatureEnergy, ClassifierEnergy = found.ClassifierEnergy };
            return layerPeeled.Predict([.. model.TrainingCounts.Select(n => (double)n)]);
        }
        catch (ArithmeticException)
        {
            return null; // energies beyond what can be computed
        }
    }
}

using System.Globalization;
using System.Text;
using MLNet.Procrustean.Report.Runs;

namespace MLNet.Procrustean.Report.Files;

/// <summary>Every number of the runs as CSV, one per line.</summary>
internal sealed class CsvNumbers
{
    private readonly StringBuilder text = new();
    private readonly TrainedRun run;
    private readonly string[] names;
    private int? epoch;

    private CsvNumbers(TrainedRun run)
    {
        this.run = run;
        names = [.. run.Metrics.Classes.Select(one => one.Name)];
    }

    public static string Of(Comparison comparison) =>
        "run,seed,epoch,class,other_class,quantity,value\r\n"
        + string.Concat(comparison.Runs.Select(shown => new CsvNumbers(shown.Run).Lines()));

    private string Lines()
    {
        Add("training_seconds", run.TrainingTime?.TotalSeconds);
        Add(run.Metrics);
        foreach (var report in run.Epochs)
        {
            Add(report);
        }

        epoch = null;
        if (run.Diagnostics is { } model)
        {
            Add(model);
        }

        if (run.Prediction is { } prediction)
        {
            ForEachClass("predicted_classifier_norm", c => prediction.ClassifierNorms[c]);
            ForEachPair("predicted_classifier_cosine", (a, b) => prediction.Cosines[a][b]);
        }

        if (run.Calibration is { } calibration)
        {
            Add("", calibration.Overall);
            Add("many_", calibration.Many);
            Add("medium_", calibration.Medium);
            Add("few_", calibration.Few);
        }

        if (run.Robustness is { } robustness)
        {
            Add(robustness);
        }

        return text.ToString();
    }

    private void Add(string group, CalibrationCurve? curve)
    {
        Add($"{group}confidence", curve?.Confidence);
        Add($"{group}expected_calibration_error", curve?.ExpectedCalibrationError);
        Add($"{group}maximum_calibration_error", curve?.MaximumCalibrationError);
    }

    private void Add(RobustnessMetrics robustness)
    {
        Add("attack_epsilon", robustness.Attack.Epsilon);
        Add("attack_step_size", robustness.Attack.StepSize);
        Add("attack_steps", robustness.Attack.Steps);
        Add("attacked_macro_accuracy", robustness.Robust.MacroAccuracy);
        Add("attacked_geometric_mean", robustness.Robust.GeometricMean);
        Add("cost", robustness.CleanCost);
        Add("attacked_cost", robustness.RobustCost);
        ForEachClass("attacked_recall", c => robustness.Robust.Classes[c].Recall);
        ForEachClass("class_cost", c => robustness.CleanCosts[c]);
        ForEachClass("attacked_class_cost", c => robustness.RobustCosts[c]);
        ForEachPair("attacked_confusion_count", (a, p) => robustness.Robust.Confusion[a][p]);
    }

    private void Add(ImbalanceMetrics metrics)
    {
        Add("macro_accuracy", metrics.MacroAccuracy);
        Add("micro_accuracy", metrics.MicroAccuracy);
        Add("geometric_mean", metrics.GeometricMean);
        Add("macro_f1", metrics.MacroF1);
        Add("many_recall", metrics.ManyRecall);
        Add("medium_recall", metrics.MediumRecall);
        Add("few_recall", metrics.FewRecall);
        Add("unscored_count", metrics.UnscoredCount);
        ForEachClass("training_count", c => metrics.Classes[c].TrainingCount);
        ForEachClass("test_count", c => metrics.Classes[c].TestCount);
        ForEachClass("predicted_count", c => metrics.Classes[c].PredictedCount);
        ForEachClass("correct_count", c => metrics.Classes[c].CorrectCount);
        ForEachClass("recall", c => metrics.Classes[c].Recall);
        ForEachClass("precision", c => metrics.Classes[c].Precision);
        ForEachClass("f1", c => metrics.Classes[c].F1);
        ForEachPair("confusion_count", (a, p) => metrics.Confusion[a][p]);
    }

    private void Add(EpochReport report)
    {
        epoch = report.Epoch;
        Add("loss", report.Loss);
        Add("learning_rate", report.LearningRate);
        Add("images_per_second", report.ImagesPerSecond);
        Add("elapsed_seconds", report.Elapsed.TotalSeconds);
        Add("validation_macro_accuracy", report.ValidationMacroAccuracy);
        ForEachClass("training_accuracy_as_trained", c => report.TrainingAccuracy[c]);
        if (report.Diagnostics is { } diagnostics)
        {
            Add("leakage", diagnostics.Leakage);
            Add("gradient_ratio", diagnostics.GradientRatio);
            ForEachClass("training_accuracy", c => diagnostics.TrainingAccuracy[c]);
            ForEachClass("feature_gradient", c => diagnostics.FeatureGradients[c]);
        }
    }

    private void Add(ModelDiagnostics model)
    {
        ForEachClass("feature_deviation", c => model.FeatureDeviation[c]);
        ForEachClass("classifier_norm", c => model.ClassifierNorms[c]);
        ForEachPair("classifier_cosine", (a, b) => model.ClassifierCosines[a][b]);
        Add("classifier_energy", model.ClassifierEnergy);
        Add("feature_energy", model.FeatureEnergy);
        Add("nc1_variability", model.NeuralCollapse.Variability);
        Add("nc2_unequal_norms", model.NeuralCollapse.UnequalNorms);
        Add("nc2_unequal_angles", model.NeuralCollapse.UnequalAngles);
        Add("nc3_duality_gap", model.NeuralCollapse.DualityGap);
        Add("nc4_nearest_mean_disagreement", model.NeuralCollapse.NearestMeanDisagreement);
    }

    private void ForEachClass(string quantity, Func<int, double?> value)
    {
        for (var c = 0; c < names.Length; c++)
        {
            Add(quantity, value(c), names[c]);
        }
    }

    private void ForEachPair(string quantity, Func<int, int, double?> value)
    {
        for (var a = 0; a < names.Length; a++)
        {
            for (var b = 0; b < names.Length; b++)
            {
                Add(quantity, value(a, b), names[a], names[b]);
            }
        }
    }

    private void Add(string quantity, double? value, string name = "", string otherName = "")
    {
        var number = value is { } known && double.IsFinite(known) ? known.ToString("R", CultureInfo.InvariantCulture) : "";
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Quoted(run.Name)},{run.Seed},{epoch},{Quoted(name)},{Quoted(otherName)},{quantity},{number}\r\n"
        );
    }

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny("\",\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MLNet.Procrustean.Tests.Report;

public sealed class TrainingReportNumbersTests
{
    private static readonly JsonSerializerOptions Reflection = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
    private static readonly TrainedRun[] Runs =
    [
        MadeUpRuns.Step.Run("plain, \"simple\"", 0, 1, epochs: 3),
        MadeUpRuns.Step.WithoutDiagnostics("other", 0.5, 2),
    ];

    [Test]
    public void ToCsv_EveryNumber_EqualsTheRecords()
    {
        var numbers = Read(TrainingReport.ToCsv(Runs));
        var expected = Runs.SelectMany(Expected).ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.That(numbers.Keys, Is.EquivalentTo(expected.Keys));
        Assert.That(numbers.Where(pair => !Equals(pair.Value, expected[pair.Key])), Is.Empty);
    }

    [Test]
    public void ToCsv_UnknownNumbers_AreEmpty()
    {
        var run = Runs[0] with { TrainingTime = null, Diagnostics = Runs[0].Diagnostics! with { FeatureEnergy = double.NaN } };
        var numbers = Read(TrainingReport.ToCsv([run]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(numbers[$"{run.Name}|1||||training_seconds"], Is.Null);
            Assert.That(numbers[$"{run.Name}|1||||feature_energy"], Is.Null);
        }
    }

    [Test]
    public void ToJson_Numbers_EqualTheRecords()
    {
        using var json = JsonDocument.Parse(TrainingReport.ToJson(Runs, "A <title>"));
        Assert.That(json.RootElement.GetProperty("title").GetString(), Is.EqualTo("A <title>"));
        var runs = json.RootElement.GetProperty("runs");
        Assert.That(runs.GetArrayLength(), Is.EqualTo(2));
        using (Assert.EnterMultipleScope())
        {
            for (var r = 0; r < 2; r++)
            {
                Assert.That(runs[r].GetProperty("name").GetString(), Is.EqualTo(Runs[r].Name));
                Assert.That(runs[r].GetProperty("seed").GetInt32(), Is.EqualTo(Runs[r].Seed));
                Assert.That(runs[r].GetProperty("settings")[1].GetProperty("value").GetString(), Is.EqualTo(Runs[r].Settings[1].Value));
                var metrics = runs[r].GetProperty("metrics");
                Assert.That(metrics.GetProperty("macroAccuracy").GetDouble(), Is.EqualTo(Runs[r].Metrics.MacroAccuracy));
                Assert.That(metrics.GetProperty("fewRecall").ValueKind, Is.EqualTo(JsonValueKind.Null));
                Assert.That(
                    metrics.GetProperty("classes")[7].GetProperty("recall").GetDouble(),
                    Is.EqualTo(Runs[r].Metrics.Classes[7].Recall)
                );
                Assert.That(metrics.GetProperty("confusion")[9][2].GetInt64(), Is.EqualTo(Runs[r].Metrics.Confusion[9][2]));
                Assert.That(
                    runs[r].GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetProperty("loss").GetDouble()),
                    Is.EqualTo(Runs[r].Epochs.Select(report => report.Loss))
                );
            }

            var first = Runs[0].Epochs[1].Diagnostics!;
            var diagnostics = runs[0].GetProperty("epochs")[1].GetProperty("diagnostics");
            Assert.That(diagnostics.GetProperty("leakage").GetDouble(), Is.EqualTo(first.Leakage));
            Assert.That(
                diagnostics.GetProperty("trainingAccuracy").EnumerateArray().Select(value => value.GetDouble()),
                Is.EqualTo(first.TrainingAccuracy)
            );
            Assert.That(runs[1].GetProperty("diagnostics").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(
                runs[0].GetProperty("diagnostics").GetProperty("neuralCollapse").GetProperty("dualityGap").GetDouble(),
                Is.EqualTo(0.087)
            );
            Assert.That(runs[0].GetProperty("prediction").GetProperty("cosines")[0][9].ValueKind, Is.EqualTo(JsonValueKind.Null));
        }
    }

    [Test]
    public void ToJson_Text_IsThatOfReflection()
    {
        Assert.That(
            TrainingReport.ToJson(Runs, "A <title>"),
            Is.EqualTo(JsonSerializer.Serialize(new { title = "A <title>", runs = Runs }, Reflection))
        );
    }

    [Test]
    public void ToJson_NaN_IsNull()
    {
        var run = Runs[0] with
        {
            Diagnostics = Runs[0].Diagnostics! with { FeatureDeviation = Runs[0].Diagnostics!.FeatureDeviation.SetItem(4, double.NaN) },
        };
        using var json = JsonDocument.Parse(TrainingReport.ToJson([run], ""));
        Assert.That(
            json.RootElement.GetProperty("runs")[0].GetProperty("diagnostics").GetProperty("featureDeviation")[4].ValueKind,
            Is.EqualTo(JsonValueKind.Null)
        );
    }

    private static Dictionary<string, double?> Expected(TrainedRun run)
    {
        var all = new Dictionary<string, double?>();
        var names = run.Metrics.Classes.Select(one => one.Name).ToArray();
        void Add(string quantity, double? value, int? epoch = null, string a = "", string b = "") =>
            all.Add($"{run.Name}|{run.Seed}|{epoch}|{a}|{b}|{quantity}", value);
        void Pairs(string quantity, Func<int, int, double?> value)
        {
            foreach (var (a, b) in names.SelectMany((_, a) => names.Select((_, b) => (a, b))))
            {
                Add(quantity, value(a, b), null, names[a], names[b]);
            }
        }

        Add("training_seconds", run.TrainingTime!.Value.TotalSeconds);
        Add("macro_accuracy", run.Metrics.MacroAccuracy);
        Add("micro_accuracy", run.Metrics.MicroAccuracy);
        Add("geometric_mean", run.Metrics.GeometricMean);
        Add("macro_f1", run.Metrics.MacroF1);
        Add("many_recall", run.Metrics.ManyRecall);
        Add("medium_recall", run.Metrics.MediumRecall);
        Add("few_recall", run.Metrics.FewRecall);
        Add("unscored_count", run.Metrics.UnscoredCount);
        foreach (var one in run.Metrics.Classes)
        {
            Add("training_count", one.TrainingCount, a: one.Name);
            Add("test_count", one.TestCount, a: one.Name);
            Add("predicted_count", one.PredictedCount, a: one.Name);
            Add("correct_count", one.CorrectCount, a: one.Name);
            Add("recall", one.Recall, a: one.Name);
            Add("precision", one.Precision, a: one.Name);
            Add("f1", one.F1, a: one.Name);
        }

        Pairs("confusion_count", (a, b) => run.Metrics.Confusion[a][b]);
        foreach (var report in run.Epochs)
        {
            Add("loss", report.Loss, report.Epoch);
            Add("learning_rate", report.LearningRate, report.Epoch);
            Add("images_per_second", report.ImagesPerSecond, report.Epoch);
            Add("elapsed_seconds", report.Elapsed.TotalSeconds, report.Epoch);
            Add("validation_macro_accuracy", report.ValidationMacroAccuracy, report.Epoch);
            for (var c = 0; c < names.Length; c++)
            {
                Add("training_accuracy_as_trained", report.TrainingAccuracy[c], report.Epoch, names[c]);
                if (report.Diagnostics is { } diagnostics)
                {
                    Add("training_accuracy", diagnostics.TrainingAccuracy[c], report.Epoch, names[c]);
                    Add("feature_gradient", diagnostics.FeatureGradients[c], report.Epoch, names[c]);
                }
            }

            if (report.Diagnostics is not null)
            {
                Add("leakage", report.Diagnostics.Leakage, report.Epoch);
                Add("gradient_ratio", report.Diagnostics.GradientRatio, report.Epoch);
            }
        }

        if (run is { Diagnostics: { } model, Prediction: { } prediction })
        {
            for (var c = 0; c < names.Length; c++)
            {
                Add("feature_deviation", model.FeatureDeviation[c], a: names[c]);
                Add("classifier_norm", model.ClassifierNorms[c], a: names[c]);
                Add("predicted_classifier_norm", prediction.ClassifierNorms[c], a: names[c]);
            }

            Pairs("classifier_cosine", (a, b) => model.ClassifierCosines[a][b]);
            Pairs("predicted_classifier_cosine", (a, b) => prediction.Cosines[a][b]);
            Add("classifier_energy", model.ClassifierEnergy);
            Add("feature_energy", model.FeatureEnergy);
            Add("nc1_variability", model.NeuralCollapse.Variability);
            Add("nc2_unequal_norms", model.NeuralCollapse.UnequalNorms);
            Add("nc2_unequal_angles", model.NeuralCollapse.UnequalAngles);
            Add("nc3_duality_gap", model.NeuralCollapse.DualityGap);
            Add("nc4_nearest_mean_disagreement", model.NeuralCollapse.NearestMeanDisagreement);
        }

        if (run is { Calibration: { } calibration, Robustness: { } robustness })
        {
            var curves = new[] { calibration.Overall, calibration.Many, calibration.Medium, calibration.Few };
            foreach (var (group, curve) in new[] { "", "many_", "medium_", "few_" }.Zip(curves))
            {
                Add($"{group}confidence", curve?.Confidence);
                Add($"{group}expected_calibration_error", curve?.ExpectedCalibrationError);
                Add($"{group}maximum_calibration_error", curve?.MaximumCalibrationError);
            }

            Add("attack_epsilon", 8);
            Add("attack_step_size", 2);
            Add("attack_steps", 7);
            Add("attacked_macro_accuracy", robustness.Robust.MacroAccuracy);
            Add("attacked_geometric_mean", robustness.Robust.GeometricMean);
            Add("cost", robustness.CleanCost);
            Add("attacked_cost", robustness.RobustCost);
            for (var c = 0; c < names.Length; c++)
            {
                Add("attacked_recall", robustness.Robust.Classes[c].Recall, a: names[c]);
                Add("class_cost", robustness.CleanCosts[c], a: names[c]);
                Add("attacked_class_cost", robustness.RobustCosts[c], a: names[c]);
            }

            Pairs("attacked_confusion_count", (a, b) => robustness.Robust.Confusion[a][b]);
        }

        return all;
    }

    private static Dictionary<string, double?> Read(string csv)
    {
        var lines = csv.Split("\r\n");
        Assert.That(lines[0], Is.EqualTo("run,seed,epoch,class,other_class,quantity,value"));
        Assert.That(lines[^1], Is.Empty);
        return lines[1..^1]
            .Select(Cells)
            .ToDictionary(
                cells => string.Join('|', cells[..6]),
                cells => cells[6].Length == 0 ? (double?)null : double.Parse(cells[6], CultureInfo.InvariantCulture)
            );
    }

    // The quotes of RFC 4180, character by character.
    private static string[] Cells(string line)
    {
        List<string> cells = [""];
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                cells[^1] += line[++i];
            }
            else if (line[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (line[i] == ',' && !isQuoted)
            {
                cells.Add("");
            }
            else
            {
                cells[^1] += line[i];
            }
        }

        Assert.That(cells, Has.Count.EqualTo(7), line);
        return [.. cells];
    }
}

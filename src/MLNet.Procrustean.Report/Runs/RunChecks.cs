namespace MLNet.Procrustean.Report.Runs;

/// <summary>Refuses runs that cannot be in one report, before anything is written.</summary>
internal static class RunChecks
{
    public static void Check(IReadOnlyList<TrainedRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0 || runs.Any(run => run is null))
        {
            throw new ArgumentException(
                "There is no run to report, or one is null; give at least one and leave out the nulls.",
                nameof(runs)
            );
        }

        foreach (var run in runs)
        {
            if (!Names(run).SequenceEqual(Names(runs[0])))
            {
                throw new ArgumentException(
                    $"Runs '{runs[0].Name}' and '{run.Name}' have different classes, or the same in another order: "
                        + $"{Listed(runs[0])}; {Listed(run)}. Write a report for each.",
                    nameof(runs)
                );
            }

            CheckLengths(run);
        }
    }

    private static void CheckLengths(TrainedRun run)
    {
        foreach (var epoch in run.Epochs)
        {
            Expect(run, $"training accuracies of epoch {epoch.Epoch}", epoch.TrainingAccuracy.Length);
            CheckLengths(run, epoch);
        }

        if (run.Diagnostics is { } model)
        {
            Expect(run, "feature deviations", model.FeatureDeviation.Length);
            Expect(run, "classifier norms", model.ClassifierNorms.Length);
            Expect(run, "rows of classifier cosines", model.ClassifierCosines.Length);
            Expect(run, "columns of classifier cosines", [.. model.ClassifierCosines.Select(row => row.Length)]);
        }

        if (run.Prediction is { } prediction)
        {
            Expect(run, "predicted norms", prediction.ClassifierNorms.Length);
            Expect(run, "rows of predicted cosines", prediction.Cosines.Length);
            Expect(run, "columns of predicted cosines", [.. prediction.Cosines.Select(row => row.Length)]);
        }

        if (run.Robustness is { } robustness && !robustness.Costs.Names.SequenceEqual(Names(run)))
        {
            throw new ArgumentException(
                $"Run '{run.Name}' has the classes {Listed(run)}, and was attacked as a model of other classes, or in another order: "
                    + $"{string.Join(", ", robustness.Costs.Names.Take(10))}. Give the robustness of the same model as the metrics.",
                nameof(run)
            );
        }
    }

    private static void CheckLengths(TrainedRun run, EpochReport epoch)
    {
        if (epoch.Diagnostics is { } diagnostics)
        {
            Expect(run, $"diagnosed accuracies of epoch {epoch.Epoch}", diagnostics.TrainingAccuracy.Length);
            Expect(run, $"feature gradients of epoch {epoch.Epoch}", diagnostics.FeatureGradients.Length);
        }
    }

    private static void Expect(TrainedRun run, string what, params ReadOnlySpan<int> lengths)
    {
        var classes = run.Metrics.Classes.Length;
        foreach (var length in lengths)
        {
            if (length != classes)
            {
                throw new ArgumentException(
                    $"Run '{run.Name}' has {classes} classes and {length} {what}; give the diagnostics of the same classes as the metrics.",
                    nameof(run)
                );
            }
        }
    }

    private static IEnumerable<string> Names(TrainedRun run) => run.Metrics.Classes.Select(one => one.Name);

    private static string Listed(TrainedRun run) => string.Join(", ", Names(run).Take(10)) + (run.Metrics.Classes.Length > 10 ? ", …" : "");
}

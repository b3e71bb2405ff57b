using MLNet.Procrustean.Report.Runs;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>The classifiers that the layer-peeled model predicts, each once: runs on the same counts and energies share theirs.</summary>
internal static class Predictions
{
    public static IReadOnlyList<(string Name, RunMark Mark, LayerPeeledPrediction Prediction)> Of(Comparison comparison)
    {
        var predicted = comparison.Runs.Where(run => run.Run.Prediction is not null).ToList();
        var groups = predicted.GroupBy(run => string.Join(' ', Numbers(run.Run.Prediction!))).ToList();
        return
        [
            .. groups.Select(group =>
                (
                    groups.Count == 1 ? "Predicted" : $"{string.Join(", ", group.Select(run => run.Label))}, predicted",
                    groups.Count == 1 && comparison.Runs.Length > 1 ? RunMark.Shared : group.First().Mark,
                    group.First().Run.Prediction!
                )
            ),
        ];
    }

    private static IEnumerable<double?> Numbers(LayerPeeledPrediction prediction) =>
        prediction.ClassifierNorms.Select(norm => (double?)norm).Concat(prediction.Cosines.SelectMany(row => row));
}

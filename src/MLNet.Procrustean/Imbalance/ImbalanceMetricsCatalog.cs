using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Procrustean;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Imbalance;

namespace Microsoft.ML;

/// <summary>Adds the metrics for imbalanced classes to <see cref="MulticlassClassificationCatalog"/>.</summary>
public static class ImbalanceMetricsCatalog
{
    /// <summary>Evaluates scored data class by class, with averages in which rare classes weigh as much as frequent ones.</summary>
    /// <remarks>
    /// The label and the predicted label are compared as text, so that both may be keys or their values: it does not matter
    /// whether the predicted label went through MapKeyToValue. The classes are the key values of the predicted label, or
    /// else the slot names of the score, which the model wrote; without either, the key values of the label, or else all
    /// values seen, sorted. Where ML.NET's own Evaluate silently drops rows without a label, this one refuses them, and it refuses rows
    /// whose label is not one of the classes. A class without a row has no recall and is left out of the averages; a warning in the log of
    /// the <see cref="MLContext"/> names such classes. Rows without a score, whose predicted label is missing and whose scores are all NaN,
    /// are left out too, and counted in <see cref="ImbalanceMetrics.UnscoredCount"/>: a model gives those to images that cannot be read
    /// where its <see cref="ImageClassifierModel.BadImages"/> is to skip them.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="scored">The scored data; its rows are read once, or up to the first that is refused.</param>
    /// <param name="labelColumnName">The column of the true label: a text, a key, a number or a Boolean.</param>
    /// <param name="predictedLabelColumnName">The column of the predicted label: a text, a key, a number or a Boolean.</param>
    /// <param name="scoreColumnName">
    /// The column of the scores; its annotations are read (class names, training counts), and whether a score is missing.
    /// </param>
    /// <returns>The metrics.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, there is no row or none with a score, a row has no label, a row with a score has no
    /// predicted label, or one of these is not among the classes.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read, and the model refuses such images.</exception>
    public static ImbalanceMetrics EvaluateImbalance(
        this MulticlassClassificationCatalog catalog,
        IDataView scored,
        string labelColumnName = "Label",
        string predictedLabelColumnName = "PredictedLabel",
        string scoreColumnName = "Score"
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(scored);

        var rows = new ScoredRows(scored, labelColumnName, predictedLabelColumnName, scoreColumnName);
        var pairs = new Dictionary<(string Actual, string Predicted), long>();
        var unscored = rows.Read(_ => (actual, guess) => pairs[(actual, guess)] = pairs.GetValueOrDefault((actual, guess)) + 1);
        var names = rows.Classes?.Names
            ?? [.. pairs.Keys.SelectMany(pair => new[] { pair.Actual, pair.Predicted }).Distinct().Order(StringComparer.Ordinal)];
        var confusion = names.Select(actual => names.Select(guess => pairs.GetValueOrDefault((actual, guess))).ToImmutableArray());
        var metrics = new ImbalanceMetrics(names, rows.Classes?.TrainingCounts, [.. confusion], unscored);
        Warn(catalog, metrics);
        return metrics;
    }

    private static void Warn(MulticlassClassificationCatalog catalog, ImbalanceMetrics metrics)
    {
        using var channel = catalog.GetEnvironment().Register(nameof(EvaluateImbalance)).Start("Evaluation");
        if (metrics.UnscoredCount > 0)
        {
            var all = metrics.UnscoredCount + metrics.Classes.Sum(one => one.TestCount);
            channel.Warning(
                MessageSensitivity.None,
                $"{metrics.UnscoredCount} of {all} rows in the evaluated data have no score and are left out."
            );
        }

        string[] missing = [.. metrics.Classes.Where(one => one.TestCount == 0).Select(one => one.Name)];
        if (missing.Length > 0)
        {
            channel.Warning(
                MessageSensitivity.None,
                $"{missing.Length} of {metrics.Classes.Length} classes have no row in the evaluated data and are left out of the averages: "
                    + $"{LabelText.FirstOf(missing)}."
            );
        }
    }
}

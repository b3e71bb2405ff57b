using System.Collections.Immutable;
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
    /// values seen, sorted. Where ML.NET's own Evaluate silently drops rows without a label, this one refuses them.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="scored">The scored data; its rows are read once.</param>
    /// <param name="labelColumnName">The column of the true label: a text, a key, a number or a Boolean.</param>
    /// <param name="predictedLabelColumnName">The column of the predicted label: a text, a key, a number or a Boolean.</param>
    /// <param name="scoreColumnName">The column of the scores; only its annotations are read: class names, training counts.</param>
    /// <returns>The metrics.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, there is no row, a row has no label or no predicted label, or one that is not
    /// among the classes.
    /// </exception>
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

        var label = LabelText.Find(scored.Schema, labelColumnName);
        var predicted = LabelText.Find(scored.Schema, predictedLabelColumnName);
        var classes = ScoredClasses.Of(label, predicted, scored.Schema.Require(scoreColumnName));
        var pairs = CountPairs(scored, label, predicted, classes?.Names);
        if (pairs.Count == 0)
        {
            throw new ArgumentException("There is no row to evaluate.", nameof(scored));
        }

        var names = classes?.Names
            ?? [.. pairs.Keys.SelectMany(pair => new[] { pair.Actual, pair.Predicted }).Distinct().Order(StringComparer.Ordinal)];
        var confusion = names.Select(actual => names.Select(guess => pairs.GetValueOrDefault((actual, guess))).ToImmutableArray());
        return new ImbalanceMetrics(names, classes?.TrainingCounts, [.. confusion]);
    }

    private static Dictionary<(string Actual, string Predicted), long> CountPairs(
        IDataView scored,
        DataViewSchema.Column label,
        DataViewSchema.Column predicted,
        string[]? names
    )
    {
        var known = names?.ToHashSet();
        var pairs = new Dictionary<(string, string), long>();
        using var cursor = scored.GetRowCursor([label, predicted]);
        var actualReader = LabelText.Reader(cursor, label);
        var predictedReader = LabelText.Reader(cursor, predicted);
        while (cursor.MoveNext())
        {
            var pair = (Known(actualReader(), label), Known(predictedReader(), predicted));
            pairs[pair] = pairs.GetValueOrDefault(pair) + 1;
        }

        return pairs;

        string Known(string value, DataViewSchema.Column column) =>
            known?.Contains(value) ?? true ? value : throw LabelText.NotAClass(value, cursor, column, names!);
    }
}

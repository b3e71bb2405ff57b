using Microsoft.ML.Data;
using MLNet.Procrustean;
using MLNet.Procrustean.Imbalance;

namespace Microsoft.ML;

/// <summary>Adds the calibration of scores to <see cref="MulticlassClassificationCatalog"/>.</summary>
public static class CalibrationCatalog
{
    // The scores of softmax in single precision sum to 1 within less than this.
    private const float Rounding = 1e-4f;

    /// <summary>Measures how far the scores are from probabilities: expected calibration error and reliability curve.</summary>
    /// <remarks>
    /// Rows are read and refused as by <see cref="ImbalanceMetricsCatalog.EvaluateImbalance"/>. The groups need the training counts that
    /// a model of this library writes into its score column; a model of another trainer has the overall values alone.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="scored">The scored data; its rows are read once, or up to the first that is refused.</param>
    /// <param name="labelColumnName">The column of the true label: a text, a key, a number or a Boolean.</param>
    /// <param name="predictedLabelColumnName">The column of the predicted label: a text, a key, a number or a Boolean.</param>
    /// <param name="scoreColumnName">The column of the scores: a vector of floats, probabilities of the classes, each from 0 to 1.</param>
    /// <returns>The metrics.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, there is no row or none with a score, a row has no label or predicted label or one that is
    /// not among the classes, or scores that are not from 0 to 1.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read, and the model refuses such images.</exception>
    public static CalibrationMetrics EvaluateCalibration(
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
        var score = rows.Score;
        if (!MissingScores.AreFloats(score))
        {
            throw new ArgumentException($"Column '{score.Name}' is of type {score.Type}; scores are a vector of floats.", nameof(scored));
        }

        var groups = rows.Classes is { TrainingCounts: { } counts, Names: var names }
            ? names.Zip(counts).ToDictionary(one => one.First, one => (ShotGroup?)ShotGroups.Of(one.Second))
            : [];
        var answers = new List<ScoredAnswer>();
        var unscored = rows.Read(row =>
        {
            var confidence = ConfidenceReader(row, score);
            return (actual, guess) => answers.Add(new(groups.GetValueOrDefault(actual), confidence(), actual == guess));
        });
        return new(answers, unscored);
    }

    private static Func<float> ConfidenceReader(DataViewRow row, DataViewSchema.Column score)
    {
        var getter = row.GetGetter<VBuffer<float>>(score);
        VBuffer<float> scores = default;
        return () =>
        {
            getter(ref scores);
            var wrong = scores
                .DenseValues()
                .Select(value => (float?)value)
                .FirstOrDefault(value => value is not (>= 0 and <= 1 + Rounding));
            return wrong is null && scores.Length > 0
                ? Math.Min(scores.DenseValues().Max(), 1)
                : throw new ArgumentException(
                    $"Row {row.Position} (counted from 0) has {(wrong is { } value ? $"the score {value}" : "no score")} in column "
                        + $"'{score.Name}'; calibration needs probabilities, from 0 to 1, of a trainer that gives them."
                );
        };
    }
}

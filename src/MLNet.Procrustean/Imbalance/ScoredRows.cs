using Microsoft.ML;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Imbalance;

/// <summary>Reads the true and the predicted class of each row of scored data.</summary>
internal static class ScoredRows
{
    /// <summary>Calls a function with the true and the predicted class of each row that has a score.</summary>
    /// <param name="scored">The scored data; its rows are read once, or up to the first that is refused.</param>
    /// <param name="columns">The columns of the true label, the predicted label and the scores.</param>
    /// <param name="names">The names of the classes; null where the data does not name them.</param>
    /// <param name="begin">Gives that function once the cursor is there.</param>
    /// <returns>The number of rows without a score.</returns>
    /// <exception cref="ArgumentException">A row has no label, or one that is not among the classes.</exception>
    public static long Read(
        IDataView scored,
        (DataViewSchema.Column Label, DataViewSchema.Column Predicted, DataViewSchema.Column Score) columns,
        string[]? names,
        Func<DataViewRow, Action<string, string>> begin
    )
    {
        var (label, predicted, score) = columns;
        var known = names?.ToHashSet();
        var unscored = 0L;
        using var cursor = scored.GetRowCursor([label, predicted, score]);
        var actualReader = LabelText.ReaderOrNull(cursor, label);
        var predictedReader = LabelText.ReaderOrNull(cursor, predicted);
        var isUnscored = MissingScores.Reader(cursor, score);
        var take = begin(cursor);
        while (cursor.MoveNext())
        {
            if (actualReader() is not { } actual || !IsKnown(actual))
            {
                throw UnknownLabels.Error(scored, label, names, cursor.Position);
            }

            if (predictedReader() is not { } guess)
            {
                unscored += isUnscored() ? 1 : throw LabelText.Missing(cursor.Position, predicted);
                continue;
            }

            take(actual, IsKnown(guess) ? guess : throw LabelText.NotAClass(guess, cursor, predicted, names!));
        }

        return unscored;

        bool IsKnown(string value) => known?.Contains(value) ?? true;
    }

    /// <summary>The error for data without a row that has a score.</summary>
    public static ArgumentException NoneToEvaluate(long unscored, string parameterName) =>
        new(
            unscored == 0
                ? "There is no row to evaluate."
                : $"None of the {unscored} rows has a score: their images cannot be read, and were skipped.",
            parameterName
        );
}

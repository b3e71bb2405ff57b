using System.Runtime.ExceptionServices;
using Microsoft.ML;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Imbalance;

/// <summary>Scored data whose columns were found: reads the true and the predicted class of each row.</summary>
internal sealed class ScoredRows
{
    private readonly IDataView scored;
    private readonly DataViewSchema.Column label;
    private readonly DataViewSchema.Column predicted;

    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public ScoredRows(IDataView scored, string labelColumnName, string predictedLabelColumnName, string scoreColumnName)
    {
        this.scored = scored;
        label = LabelText.Find(scored.Schema, labelColumnName);
        predicted = LabelText.Find(scored.Schema, predictedLabelColumnName);
        Score = scored.Schema.Require(scoreColumnName);
        Classes = ScoredClasses.Of(label, predicted, Score);
    }

    public DataViewSchema.Column Score { get; }

    /// <summary>The classes; null when no column names them.</summary>
    public ScoredClasses? Classes { get; }

    /// <summary>Calls a function with the true and the predicted class of each row that has a score; rows are read once.</summary>
    /// <param name="begin">Gives that function once the cursor is there.</param>
    /// <returns>The number of rows without a score.</returns>
    /// <exception cref="ArgumentException">
    /// A row has no label, or one that is not among the classes, or there is no row that has a score.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read, and the model refuses such images.</exception>
    public long Read(Func<DataViewRow, Action<string, string>> begin)
    {
        try
        {
            return ReadRows(begin);
        }
        catch (InvalidOperationException problem) when (ImageWithin(problem) is { } image)
        {
            ExceptionDispatchInfo.Throw(image); // cursors of ML.NET that read ahead on other threads wrap what is thrown there
            throw;
        }
    }

    private long ReadRows(Func<DataViewRow, Action<string, string>> begin)
    {
        var names = Classes?.Names;
        var known = names?.ToHashSet();
        var (read, unscored) = (0L, 0L);
        using var cursor = scored.GetRowCursor([label, predicted, Score]);
        var actualReader = LabelText.ReaderOrNull(cursor, label);
        var predictedReader = LabelText.ReaderOrNull(cursor, predicted);
        var isUnscored = MissingScores.Reader(cursor, Score);
        var take = begin(cursor);
        while (cursor.MoveNext())
        {
            if (actualReader() is not { } actual || !IsKnown(actual))
            {
                throw UnknownLabels.Error(scored, label, names, cursor.Position);
            }

            // asked first: after MapKeyToValue, a missing class is 0 where classes are whole numbers, and false where they are Booleans
            if (isUnscored())
            {
                unscored++;
                continue;
            }

            read++;
            var guess = predictedReader() ?? throw LabelText.Missing(cursor.Position, predicted);
            take(actual, IsKnown(guess) ? guess : throw LabelText.NotAClass(guess, cursor, predicted, names!));
        }

        return read > 0 ? unscored : throw NoneToEvaluate(unscored, nameof(scored));

        bool IsKnown(string value) => known?.Contains(value) ?? true;
    }

    // Not always the innermost one: that of a missing file has a cause.
    private static ImageException? ImageWithin(Exception? problem) =>
        problem switch
        {
            null => null,
            ImageException image => image,
            { InnerException: var inner } => ImageWithin(inner),
        };

    private static ArgumentException NoneToEvaluate(long unscored, string parameterName) =>
        new(
            unscored == 0
                ? "There is no row to evaluate."
                : $"None of the {unscored} rows has a score: their images cannot be read, and were skipped.",
            parameterName
        );
}

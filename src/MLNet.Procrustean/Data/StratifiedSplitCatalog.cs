using MLNet.Procrustean;
using MLNet.Procrustean.Data;

namespace Microsoft.ML;

/// <summary>Adds the stratified split to <see cref="DataOperationsCatalog"/>.</summary>
public static class StratifiedSplitCatalog
{
    /// <summary>Splits data at random into a training set and a test set, with the same shares of each class.</summary>
    /// <remarks>
    /// Of n rows of a class, <paramref name="testFraction"/>·n, rounded, go to the test set, but at least 1 and at most n − 1, so that even
    /// the rarest class is on both sides. The labels are read once, now, and no other column is read (except that <c>ml.Data.Cache</c>
    /// then reads all of its columns); the rows of the two parts are read from <paramref name="input"/> when they are needed, which
    /// must then give the same rows in the same order. Their labels are read again and compared: where they come in another order, reading
    /// a part throws <see cref="InvalidOperationException"/>. An order that changes only within classes is not noticed; load such data into
    /// a list first.
    /// </remarks>
    /// <param name="data">The catalog.</param>
    /// <param name="input">The data to split.</param>
    /// <param name="labelColumnName">The column of the class: a text, a key, a number or a Boolean.</param>
    /// <param name="testFraction">The share of each class that goes to the test set: more than 0 and less than 1; 0.2 by default.</param>
    /// <param name="seed">The seed of the random choice; the same one gives the same split on every platform.</param>
    /// <returns>The two parts, with the columns and annotations of the input.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// The label column is missing or of another type, there is no row, a row has no label, or a class has only one row.
    /// </exception>
    /// <exception cref="ImageException">An image could not be loaded into a cache of ML.NET.</exception>
    public static (IDataView TrainSet, IDataView TestSet) StratifiedSplit(
        this DataOperationsCatalog data,
        IDataView input,
        string labelColumnName = "Label",
        double testFraction = 0.2,
        int seed = 1
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(input);

        var column = LabelText.Find(input.Schema, labelColumnName);
        var labels = LabelText.Read(input, column);
        if (labels.Count == 0)
        {
            throw new ArgumentException("There is no row to split.", nameof(input));
        }

        var test = MLNet.Procrustean.Data.StratifiedSplit.Choose(labels, testFraction, seed);
        var train = Array.ConvertAll(test, chosen => !chosen);
        var order = RowLabels.Of(column, labels);
        return (new SelectedRows(input, order, train), new SelectedRows(input, order, test));
    }
}

using System.Collections.Immutable;
using MLNet.Procrustean;
using MLNet.Procrustean.Data;
using static System.FormattableString;

namespace Microsoft.ML;

/// <summary>
/// Adds the imbalanced subsets that the field compares methods on to <see cref="DataOperationsCatalog"/>: long-tailed and step imbalance.
/// </summary>
/// <remarks>
/// The classes are those that have a row. They are in key order where the label is a key (as the scores of a model are), ascending where it
/// is a number, false before true, and in ordinal order where it is a text. Test on data that is left balanced.
/// </remarks>
public static class ImbalancedSubsetCatalog
{
    /// <summary>
    /// Chooses rows at random so that class sizes fall exponentially from the first class to the last, as <see cref="LongTail.Counts"/>
    /// computes them.
    /// </summary>
    /// <remarks>
    /// The labels are read once, now, and no other column is read (except that <c>ml.Data.Cache</c> then reads all of its columns);
    /// the chosen rows are read from <paramref name="input"/> when they are needed, which must then give the same rows in the same order.
    /// Their labels are read again and compared: where they come in another order, reading the subset throws
    /// <see cref="InvalidOperationException"/>. An order that changes only within classes is not noticed. With the same seed, a smaller
    /// choice of rows of a class is always part of a larger one.
    /// </remarks>
    /// <param name="data">The catalog.</param>
    /// <param name="input">The data to choose from.</param>
    /// <param name="labelColumnName">The column of the class: a text, a key, a number or a Boolean.</param>
    /// <param name="imbalanceRatio">ρ, how many times as many rows the first class has as the last: at least 1; 100 by default.</param>
    /// <param name="largestClass">
    /// n_max, the rows of the first class: at least 1; by default, the most for which all classes have enough rows.
    /// </param>
    /// <param name="seed">The seed of the random choice; the same one gives the same rows on every platform.</param>
    /// <returns>The chosen rows in the order of the input, with its columns and annotations.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The ratio or the largest class is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// The label column is missing or of another type, there is no row, a row has no label, there is only one class, a class has fewer rows
    /// than asked for, or no row of it would be left.
    /// </exception>
    /// <exception cref="ImageException">An image could not be loaded into a cache of ML.NET.</exception>
    public static IDataView LongTailedSubset(
        this DataOperationsCatalog data,
        IDataView input,
        string labelColumnName = "Label",
        double imbalanceRatio = 100,
        int? largestClass = null,
        int seed = 1
    ) => Subset(data, input, labelColumnName, (classes, largest) => LongTail.Counts(classes, largest, imbalanceRatio), largestClass, seed);

    /// <summary>
    /// Chooses rows at random so that the first half of the classes stay large and the others are small, as
    /// <see cref="LongTail.StepCounts"/> computes them.
    /// </summary>
    /// <inheritdoc cref="LongTailedSubset" path="/remarks"/>
    /// <param name="data">The catalog.</param>
    /// <param name="input">The data to choose from.</param>
    /// <param name="labelColumnName">The column of the class: a text, a key, a number or a Boolean.</param>
    /// <param name="imbalanceRatio">ρ, how many times as many rows a large class has as a small one: at least 1; 100 by default.</param>
    /// <param name="largestClass">
    /// n_max, the rows of a large class: at least 1; by default, the most for which all classes have enough rows.
    /// </param>
    /// <param name="seed">The seed of the random choice; the same one gives the same rows on every platform.</param>
    /// <returns>The chosen rows in the order of the input, with its columns and annotations.</returns>
    /// <inheritdoc cref="LongTailedSubset" path="/exception"/>
    public static IDataView StepSubset(
        this DataOperationsCatalog data,
        IDataView input,
        string labelColumnName = "Label",
        double imbalanceRatio = 100,
        int? largestClass = null,
        int seed = 1
    ) =>
        Subset(
            data,
            input,
            labelColumnName,
            (classes, largest) => LongTail.StepCounts(classes, largest, imbalanceRatio),
            largestClass,
            seed
        );

    private static SelectedRows Subset(
        DataOperationsCatalog data,
        IDataView input,
        string labelColumnName,
        Func<int, int, ImmutableArray<int>> counts,
        int? largestClass,
        int seed
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(input);
        _ = counts(2, largestClass ?? 1); // refuses what is out of range before any row is read

        var column = LabelText.Find(input.Schema, labelColumnName);
        var labels = LabelText.Read(input, column);
        if (labels.Count == 0)
        {
            throw new ArgumentException("There is no row to choose from.", nameof(input));
        }

        var classes = LabelText.InOrder(labels, column);
        if (classes.Length == 1)
        {
            throw new ArgumentException($"There is only one class, '{classes[0]}'; imbalance needs at least two.", nameof(input));
        }

        var rows = labels.CountBy(label => label).ToDictionary();
        int[] available = [.. classes.Select(label => rows[label])];
        var asked = counts(classes.Length, largestClass ?? LargestThatFits(available, largest => counts(classes.Length, largest)));
        foreach (var (label, number) in classes.Zip(asked))
        {
            Check(label, number, rows[label], nameof(input));
        }

        var numbers = classes.Zip(asked).ToDictionary(pair => pair.First, pair => pair.Second);
        return new SelectedRows(input, RowLabels.Of(column, labels), RandomRows.Choose(labels, (label, _) => numbers[label], seed));
    }

    private static void Check(string label, int asked, int available, string parameter)
    {
        if (asked > available)
        {
            throw new ArgumentException(
                Invariant($"Class '{label}' is to give {asked} rows and has {available}; ")
                    + "set largestClass lower, or leave it out to get as many as all classes can give.",
                parameter
            );
        }

        if (asked == 0)
        {
            throw new ArgumentException(
                Invariant($"No row of class '{label}' would be left (it has {available}); ")
                    + "use a smaller imbalanceRatio, or a larger largestClass if there are enough rows.",
                parameter
            );
        }
    }

    // The counts of all classes rise with the largest one, so bisection finds it. 1 is the smallest value allowed.
    private static int LargestThatFits(int[] available, Func<int, ImmutableArray<int>> counts)
    {
        int fits = 1,
            tooMany = available[0] + 1;
        while (tooMany - fits > 1)
        {
            var middle = fits + ((tooMany - fits) / 2);
            (fits, tooMany) = counts(middle).Zip(available).All(pair => pair.First <= pair.Second) ? (middle, tooMany) : (fits, middle);
        }

        return fits;
    }
}

using Microsoft.ML;

namespace MLNet.Procrustean.Data;

/// <summary>
/// The label of each row of a view when rows were chosen from it by their position, to find out later whether the view gives its rows in
/// another order.
/// </summary>
/// <param name="Column">The label column.</param>
/// <param name="Names">The different labels, as <see cref="LabelText"/> reads them.</param>
/// <param name="Numbers">Of each row, the place of its label among the names.</param>
internal sealed record RowLabels(DataViewSchema.Column Column, IReadOnlyList<string> Names, int[] Numbers)
{
    /// <summary>The labels that were read from a column.</summary>
    public static RowLabels Of(DataViewSchema.Column column, IReadOnlyCollection<string> labels)
    {
        string[] names = [.. labels.Distinct()];
        var numbers = names.Index().ToDictionary(name => name.Item, name => name.Index);
        return new(column, names, [.. labels.Select(label => numbers[label])]);
    }

    public int Count => Numbers.Length;

    /// <summary>A function that compares the label of the cursor's current row with the label that this row of the view had.</summary>
    /// <remarks>
    /// Given the number of the row, it throws <see cref="InvalidOperationException"/> where the labels differ. The column must be active.
    /// </remarks>
    public Action<long> Check(DataViewRow row)
    {
        var read = LabelText.Reader(row, Column);
        return number =>
        {
            var (label, before) = (read(), Names[Numbers[number]]);
            if (label != before)
            {
                throw Reordered(number, label, before);
            }
        };
    }

    private InvalidOperationException Reordered(long row, string label, string before) =>
        new(
            $"The data gives its rows in another order, or other rows, than when rows were chosen from it: row {row} (counted from 0) "
                + $"has '{label}' in column '{Column.Name}' and had '{before}' then. "
                + "Rows are chosen by their position, so the order must stay the same. "
                + "Load the data once before rows are chosen: into a list (LoadFromEnumerable(rows.ToList())), into memory "
                + "(ml.Data.Cache with the names of all columns, so that they are read together) or into a file."
        );
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Imbalance;

/// <summary>The error for rows of scored data whose label is missing or is not one of the classes.</summary>
internal static class UnknownLabels
{
    /// <summary>Names the first such row, and counts all. Only the labels are read, so nothing is scored.</summary>
    /// <param name="scored">The scored data.</param>
    /// <param name="label">The column of the true label.</param>
    /// <param name="classes">The classes; null where the data does not name them.</param>
    /// <param name="found">The row at which such a label was found.</param>
    public static ArgumentException Error(IDataView scored, DataViewSchema.Column label, string[]? classes, long found)
    {
        var replaced = LabelText.Replaced(scored.Schema, label);
        var unknown = Find(scored, label, replaced, classes);
        var (row, value) = unknown.Count > 0 ? unknown[0] : (found, null);
        var isMissing = value is null ? replaced is not null || label.Type is not KeyDataViewType : classes?.Contains(value) == true;
        if (classes is null || isMissing)
        {
            return LabelText.Missing(row, label);
        }

        var what = value is null ? $"no value in column '{label.Name}', or one that" : $"'{value}' in column '{label.Name}', which";
        var others = unknown.Count > 1 ? $" {unknown.Count} rows have such labels{Counted(unknown)}." : "";
        return new(
            $"Row {row} (counted from 0) has {what} is not one of the {classes.Length} classes: {LabelText.FirstOf(classes)}.{others} "
                + "The model cannot recognise a class that it was not trained on: remove these rows, or train with their class."
        );
    }

    private static List<(long Row, string? Value)> Find(
        IDataView scored,
        DataViewSchema.Column label,
        DataViewSchema.Column? replaced,
        string[]? classes
    )
    {
        var known = classes?.ToHashSet();
        var unknown = new List<(long, string?)>();
        using var cursor = scored.GetRowCursor(replaced is { } column ? [label, column] : [label]);
        var read = LabelText.ReaderOrNull(cursor, label);
        var readReplaced = replaced is { } earlier ? LabelText.ReaderOrNull(cursor, earlier) : () => null;
        while (cursor.MoveNext())
        {
            var value = read();
            if (value is null || known?.Contains(value) == false)
            {
                unknown.Add((cursor.Position, value ?? readReplaced()));
            }
        }

        return unknown;
    }

    private static string Counted(List<(long Row, string? Value)> unknown)
    {
        var counts = unknown.Where(one => one.Value is not null).CountBy(one => one.Value!).OrderByDescending(one => one.Value).ToList();
        return counts.Count == 0 ? "" : $": {LabelText.FirstOf(counts.ConvertAll(one => $"'{one.Key}' ({one.Value})"))}";
    }
}

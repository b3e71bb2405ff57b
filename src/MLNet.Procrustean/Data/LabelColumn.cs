using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Data;

/// <summary>The key column that holds the classes of training images.</summary>
internal static class LabelColumn
{
    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is not a key.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = schema.Require(name);
        return column.Type is KeyDataViewType ? column : throw NotAKey(name, column.Type);
    }

    /// <summary>The error for a label that is not a key.</summary>
    public static ArgumentException NotAKey(string name, DataViewType type) =>
        new(
            $"Column '{name}' is of type {type}, and the label must be a key: "
                + $"put mlContext.Transforms.Conversion.MapValueToKey(\"{name}\") before the trainer."
        );

    /// <summary>
    /// The class of each row, from 0; no other column is read, except that a cache of ML.NET then reads all of its columns.
    /// </summary>
    /// <param name="data">The rows.</param>
    /// <param name="column">Of the labels.</param>
    /// <param name="cancellation">Looked at in each row.</param>
    /// <param name="read">Called after each row with the number of those read; null for nobody.</param>
    /// <exception cref="ArgumentException">A row has no label, or one that is not one of the classes.</exception>
    /// <exception cref="ImageException">An image could not be loaded into a cache of ML.NET.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static List<long> Read(IDataView data, DataViewSchema.Column column, CancellationToken cancellation, Action<long>? read = null)
    {
        var labels = new List<long>();
        using var cursor = CachedColumns.LabelCursor(data, column);
        var label = ReaderOrNull(cursor, column);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            labels.Add(label() ?? throw Unlabelled(data, column, cursor.Position));
            read?.Invoke(labels.Count);
        }

        return labels;
    }

    /// <summary>
    /// A function that gives the class of the cursor's current row, from 0. It throws <see cref="ArgumentException"/> when the row has no
    /// label.
    /// </summary>
    public static Func<long> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        var label = ReaderOrNull(row, column);
        return () => label() ?? throw Missing(row.Position, column);
    }

    private static Func<long?> ReaderOrNull(DataViewRow row, DataViewSchema.Column column)
    {
        var key = KeyReader(row, column);
        var classes = ((KeyDataViewType)column.Type).Count;
        return () =>
        {
            var value = key();
            return value > 0 && value <= classes ? (long)value - 1 : null;
        };
    }

    // The error for the first row without a key: where MapValueToKey made the keys, it may have a label that is not one of their values.
    private static ArgumentException Unlabelled(IDataView data, DataViewSchema.Column column, long found)
    {
        if (LabelText.Replaced(data.Schema, column) is not { } replaced)
        {
            return Missing(found, column);
        }

        using var cursor = data.GetRowCursor([column, replaced]);
        var (key, value) = (ReaderOrNull(cursor, column), LabelText.ReaderOrNull(cursor, replaced));
        while (cursor.MoveNext())
        {
            if (key() is null)
            {
                const string advice = " Remove such rows, or fit MapValueToKey on training rows that have the class.";
                return value() is { } name
                    ? LabelText.NotAClass(name, cursor, column, ClassLabels.From(column).Names, advice)
                    : Missing(cursor.Position, column);
            }
        }

        return Missing(found, column);
    }

    private static ArgumentException Missing(long row, DataViewSchema.Column column) =>
        new($"Row {row} (counted from 0) has no label in column '{column.Name}' (its key is missing); give it one or remove the row.");

    private static Func<ulong> KeyReader(DataViewRow row, DataViewSchema.Column column) =>
        column.Type.RawType switch
        {
            var type when type == typeof(byte) => Widened<byte>(row, column),
            var type when type == typeof(ushort) => Widened<ushort>(row, column),
            var type when type == typeof(uint) => Widened<uint>(row, column),
            _ => Widened<ulong>(row, column),
        };

    private static Func<ulong> Widened<T>(DataViewRow row, DataViewSchema.Column column)
        where T : struct, IConvertible
    {
        var getter = row.GetGetter<T>(column);
        T value = default;
        return () =>
        {
            getter(ref value);
            return value.ToUInt64(null);
        };
    }
}

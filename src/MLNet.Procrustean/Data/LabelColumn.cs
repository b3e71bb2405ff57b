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

    /// <summary>The class of each row, from 0; no other column is read.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="column">Of the labels.</param>
    /// <param name="read">Called after each row with the number of those read; null for nobody.</param>
    /// <exception cref="ArgumentException">A row has no label.</exception>
    public static List<long> Read(IDataView data, DataViewSchema.Column column, Action<long>? read = null)
    {
        var labels = new List<long>();
        using var cursor = data.GetRowCursor([column]);
        var label = Reader(cursor, column);
        while (cursor.MoveNext())
        {
            labels.Add(label());
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
        var key = KeyReader(row, column);
        var classes = ((KeyDataViewType)column.Type).Count;
        return () =>
        {
            var value = key();
            return value > 0 && value <= classes
                ? (long)value - 1
                : throw new ArgumentException(
                    $"Row {row.Position} (counted from 0) has no label in column '{column.Name}' (its key is missing); "
                        + "give it one or remove the row."
                );
        };
    }

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

using Microsoft.ML;

namespace MLNet.Procrustean.Data;

/// <summary>A cursor whose values are read when they are asked for, on the thread that asks.</summary>
/// <remarks>
/// Other cursors of ML.NET's transforms read some 64 rows ahead on threads of their own. A value that cannot be loaded, such as the bytes
/// of a missing file, then ends the cursor, and nothing says in which row.
/// </remarks>
internal static class SerialCursor
{
    /// <summary>Such a cursor, where the data can give one.</summary>
    public static DataViewRowCursor Of(IDataView data, IReadOnlyCollection<DataViewSchema.Column> columns, Random? rand = null)
    {
        var cursors = data.GetRowCursorSet(columns, n: 1, rand);
        if (cursors is [var one])
        {
            return one;
        }

        Array.ForEach(cursors, cursor => cursor.Dispose());
        return data.GetRowCursor(columns, rand);
    }
}

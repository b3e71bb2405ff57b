using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Data;

/// <summary>The columns of ML.NET's caches (<c>ml.Data.Cache</c>, <c>AppendCacheCheckpoint</c>).</summary>
/// <remarks>
/// Such a cache keeps each column from the pass over its source in which it was first asked for. Where the source gives its rows in another
/// order each time, columns from two passes do not belong together, and nothing shows it: read again, they are the same.
/// </remarks>
internal static class CachedColumns
{
    /// <summary>
    /// A cursor for labels alone, of rows whose images are read later. A cache of ML.NET below the data, if there is one, reads in one pass
    /// all columns that it does not have yet.
    /// </summary>
    /// <remarks>
    /// A cache begins to read when a cursor is made. That is made directly on the cache, so that no transform above it loads or computes
    /// anything.
    /// </remarks>
    /// <param name="data">The rows.</param>
    /// <param name="columns">Of the labels.</param>
    public static DataViewRowCursor LabelCursor(IDataView data, params DataViewSchema.Column[] columns)
    {
        var lowest = Lowest(data);
        if (IsSource(lowest))
        {
            return data.GetRowCursor(columns);
        }

        new ReadAheadCursor(SerialCursor.Of(lowest, lowest.Schema)).Dispose();
        var cursor = data.GetRowCursor(columns);
        return lowest.Schema.Any(column => ImageColumn.IsLoaded(column.Type)) ? new ReadAheadCursor(cursor) : cursor;
    }

    private static IDataView Lowest(IDataView view) =>
        view switch
        {
            IDataTransform transform => Lowest(transform.Source),
            SelectedRows rows => Lowest(rows.Source),
            _ => view,
        };

    // Lists, files and data of other libraries, with no cache below: a cursor of some of them reads, or asks a database, as soon as it is
    // made. Those of ML.NET are types within their loaders, but for one; its caches and filters are not.
    private static bool IsSource(IDataView view) =>
        view.GetType() is var type
        && (
            type.DeclaringType is not null
            || type.Name == "BinaryLoader"
            || type.Assembly.GetName().Name is not ("Microsoft.ML.Data" or "Microsoft.ML.Transforms")
        );
}

using Microsoft.ML;

namespace MLNet.Procrustean.Data;

/// <summary>The rows of a view that a mask selects, streamed from it in their order.</summary>
/// <param name="input">The view; it must give the same rows in the same order each time.</param>
/// <param name="selected">For each row of the view, whether it is selected.</param>
internal sealed class SelectedRows(IDataView input, bool[] selected) : IDataView
{
    private readonly long count = selected.LongCount(row => row);

    public DataViewSchema Schema => input.Schema;

    // The mask identifies rows by their position in the unshuffled order.
    public bool CanShuffle => false;

    public long? GetRowCount() => count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new SelectedRowsCursor(Schema, input.GetRowCursor(columnsNeeded), selected);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded)];
}

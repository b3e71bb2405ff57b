using Microsoft.ML;

namespace MLNet.Procrustean.Data;

/// <summary>The rows of a view that a mask selects, streamed from it in their order.</summary>
/// <remarks>
/// The label of each row is read again as rows are streamed, and must be what it was. An order that changes only within classes is not
/// noticed.
/// </remarks>
/// <param name="input">The view; it must give the same rows in the same order each time.</param>
/// <param name="labels">The labels that its rows had when they were selected.</param>
/// <param name="selected">For each row of the view, whether it is selected.</param>
internal sealed class SelectedRows(IDataView input, RowLabels labels, bool[] selected) : IDataView
{
    private readonly long count = selected.LongCount(row => row);

    public IDataView Source => input;

    public DataViewSchema Schema => input.Schema;

    // The mask identifies rows by their position in the unshuffled order.
    public bool CanShuffle => false;

    public long? GetRowCount() => count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        Selected(columnsNeeded, columns => input.GetRowCursor(columns));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [Selected(columnsNeeded, columns => SerialCursor.Of(input, columns))];

    private SelectedRowsCursor Selected(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        Func<List<DataViewSchema.Column>, DataViewRowCursor> cursor
    )
    {
        var columns = columnsNeeded.ToList();
        var labelAsked = columns.Exists(column => column.Index == labels.Column.Index);
        return new(Schema, cursor(labelAsked ? columns : [.. columns, labels.Column]), labels, labelAsked, selected);
    }
}

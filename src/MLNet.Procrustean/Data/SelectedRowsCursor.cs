using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Data;

/// <summary>Iterates over the rows of <see cref="SelectedRows"/>.</summary>
internal sealed class SelectedRowsCursor(DataViewSchema schema, DataViewRowCursor input, bool[] selected) : DataViewRowCursor
{
    private long inputRow = -1;
    private long selectedRow = -1;
    private bool ended;

    public override long Position => ended ? -1 : selectedRow;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => input.GetGetter<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool MoveNext()
    {
        while (!ended && input.MoveNext())
        {
            inputRow++;
            if (inputRow >= selected.Length)
            {
                throw Changed("more");
            }

            if (selected[inputRow])
            {
                selectedRow++;
                return true;
            }
        }

        if (!ended && inputRow + 1 < selected.Length)
        {
            throw Changed("fewer");
        }

        ended = true;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    private InvalidOperationException Changed(string change) =>
        new(
            $"The data gives {change} rows than the {selected.Length} that it had when rows were chosen from it; "
                + "choose them again, or use data that does not change."
        );
}

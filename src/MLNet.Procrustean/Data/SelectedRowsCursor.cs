using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Data;

/// <summary>Iterates over the rows of <see cref="SelectedRows"/>.</summary>
/// <param name="schema">The columns.</param>
/// <param name="input">A cursor of all rows; the label column is active in it.</param>
/// <param name="labels">The labels that the rows had when they were selected.</param>
/// <param name="labelAsked">Whether the caller asked for the label column; otherwise it is not active here.</param>
/// <param name="selected">For each row, whether it is selected.</param>
internal sealed class SelectedRowsCursor(DataViewSchema schema, DataViewRowCursor input, RowLabels labels, bool labelAsked, bool[] selected)
    : DataViewRowCursor
{
    private readonly Action<long> check = labels.Check(input);
    private long inputRow = -1;
    private long selectedRow = -1;
    private bool ended;

    public override long Position => ended ? -1 : selectedRow;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => schema;

    public override bool IsColumnActive(DataViewSchema.Column column) =>
        (labelAsked || column.Index != labels.Column.Index) && input.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        IsColumnActive(column)
            ? input.GetGetter<TValue>(column)
            : throw new ArgumentException($"Column '{column.Name}' was not asked for when the cursor was made.");

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

            check(inputRow);
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

using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Data;

/// <summary>
/// A cursor over images that ML.NET loads, also where it loads them ahead: behind a split, <c>TakeRows</c>, <c>ShuffleRows</c> or a cache.
/// </summary>
/// <remarks>
/// It does so on threads of its own. What one of them meets comes out of <see cref="MoveNext"/>, whichever row the cursor is at, and ends
/// it; what the others meet comes out of the disposal, where it would replace the first error.
/// </remarks>
internal sealed class ReadAheadCursor(DataViewRowCursor input) : DataViewRowCursor
{
    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => input.Schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => input.GetGetter<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    /// <inheritdoc/>
    /// <exception cref="ImageException">An image could not be loaded ahead.</exception>
    public override bool MoveNext()
    {
        try
        {
            return input.MoveNext();
        }
        catch (InvalidOperationException problem) when (ImageColumn.NotLoadedAhead(problem) is { } image)
        {
            throw image;
        }
    }

    // Each thread that met something waits until it is heard, and the disposal can be repeated until all were.
    protected override void Dispose(bool disposing)
    {
        var threads = disposing ? 2 * Environment.ProcessorCount : 0; // ML.NET's most
        while (threads > 0 && !TryClose())
        {
            threads--;
        }

        base.Dispose(disposing);
    }

    private bool TryClose()
    {
        try
        {
            input.Dispose();
            return true;
        }
        catch (InvalidOperationException problem) when (problem.InnerException is not null)
        {
            return false;
        }
    }
}

using Microsoft.ML;

namespace MLNet.Procrustean.Scoring;

/// <summary>Data with the columns of a scorer added; rows are scored in batches as they are read.</summary>
internal sealed class ScoredDataView(RowScorer scorer, IDataView input) : IDataView
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema { get; } = scorer.SchemaOf(input.Schema);

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.Select(column => column.Index).ToHashSet();
        var passedOn = active.Where(index => index < input.Schema.Count).Select(index => input.Schema[index]).ToList();
        var scored = active.Any(index => index >= input.Schema.Count);
        var read = scored ? passedOn.Append(input.Schema[scorer.Columns.Image]).DistinctBy(column => column.Index) : passedOn;
        return new ScoredCursor(scorer, input.GetRowCursor(read, rand), Schema, active, passedOn, scored);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}

using Microsoft.ML;

namespace MLNet.Procrustean.Scoring;

/// <summary>Data with a model's columns added; rows are scored in batches as they are read.</summary>
internal sealed class ScoredDataView(ImageClassifierModel model, IDataView input) : IDataView
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema { get; } = model.GetOutputSchema(input.Schema);

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.Select(column => column.Index).ToHashSet();
        var passedOn = active.Where(index => index < input.Schema.Count).Select(index => input.Schema[index]).ToList();
        var scored = active.Any(index => index >= input.Schema.Count);
        var read = scored ? passedOn.Append(input.Schema[model.Columns.Image]).DistinctBy(column => column.Index) : passedOn;
        return new ScoredCursor(model, input.GetRowCursor(read, rand), Schema, active, passedOn, scored);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}

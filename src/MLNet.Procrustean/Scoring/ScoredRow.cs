using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>Scores one row at a time, as a prediction engine asks.</summary>
internal sealed class ScoringMapper(RowScorer scorer, DataViewSchema input, DataViewSchema output) : IRowToRowMapper
{
    public DataViewSchema InputSchema => input;

    public DataViewSchema OutputSchema => output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = dependingColumns.ToList();
        var passedOn = needed.Where(column => column.Index < input.Count).Select(column => input[column.Index]);
        return needed.Exists(column => column.Index >= input.Count)
            ? passedOn.Append(input[scorer.Columns.Image]).DistinctBy(column => column.Index)
            : passedOn;
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new ScoredRow(scorer, input, output, [.. activeColumns.Select(column => column.Index)]);
}

/// <summary>A row with the scorer's columns added; the network runs once per row, however many of them are read.</summary>
internal sealed class ScoredRow : DataViewRow
{
    private readonly DataViewRow input;
    private readonly HashSet<int> active;
    private readonly ScoreGetters scores;
    private long? scoredPosition;
    private ScoredImage scored;

    public ScoredRow(RowScorer scorer, DataViewRow input, DataViewSchema output, HashSet<int> active)
    {
        this.input = input;
        this.active = active;
        Schema = output;
        var image = active.Any(index => index >= input.Schema.Count) ? scorer.ImageReader(input) : null;
        var withFeatures = scorer.AddsFeatures(output, active);
        scores = new(output, scorer.Columns, () =>
        {
            if (scoredPosition != input.Position)
            {
                scored = scorer.Score([image!()], withFeatures)[0];
                scoredPosition = input.Position;
            }

            return scored;
        });
    }

    public override DataViewSchema Schema { get; }

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) =>
        column.Index < input.Schema.Count ? input.IsColumnActive(input.Schema[column.Index]) : active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        column.Index < input.Schema.Count ? input.GetGetter<TValue>(input.Schema[column.Index])
        : IsColumnActive(column) ? scores.For<TValue>(column)
        : throw new ArgumentException($"Column '{column.Name}' was not asked for when the row was made.");

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}

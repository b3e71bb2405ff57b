using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>Reads rows ahead in batches, decodes their images on all processors, and runs the network once per batch.</summary>
/// <remarks>
/// An <see cref="MLImage"/> belongs to its row: ML.NET's transforms dispose it when they read the next one. So where such a column is
/// passed on, nothing is read ahead.
/// </remarks>
internal sealed class ScoredCursor : DataViewRowCursor
{
    private const int RowsAtOnce = 64;
    private readonly RowScorer scorer;
    private readonly DataViewRowCursor input;
    private readonly HashSet<int> active;
    private readonly Dictionary<int, ColumnBuffer> buffers;
    private readonly Func<Action<Memory<byte>>>? image;
    private readonly bool withFeatures;
    private readonly ScoreGetters scores;
    private readonly ValueGetter<DataViewRowId> inputId;
    private readonly (DataViewRowId Id, long Batch)[] rows;
    private ScoredImage[] scored = [];
    private int count;
    private bool failed;
    private int current = -1;
    private long position = -1;

    public ScoredCursor(
        RowScorer scorer,
        DataViewRowCursor input,
        DataViewSchema output,
        HashSet<int> active,
        List<DataViewSchema.Column> passedOn,
        bool readsImages
    )
    {
        this.scorer = scorer;
        this.input = input;
        this.active = active;
        Schema = output;
        var kept = passedOn.Where(column => !IsOfImages(column)).ToList();
        rows = new (DataViewRowId, long)[kept.Count < passedOn.Count ? 1 : RowsAtOnce];
        buffers = kept.ToDictionary(column => column.Index, column => ColumnBuffer.For(input, column, rows.Length));
        image = readsImages ? scorer.ImageReader(input) : null;
        withFeatures = scorer.AddsFeatures(output, active);
        inputId = input.GetIdGetter();
        scores = new(output, scorer.Columns, () => scored[Current]);
    }

    public override DataViewSchema Schema { get; }

    public override long Position => position;

    public override long Batch => rows[Current].Batch;

    private int Current =>
        position >= 0 && current < count
            ? current
            : throw new InvalidOperationException(
                "The cursor stands on no row: call MoveNext first, and read no further once it has returned false."
            );

    public override bool MoveNext()
    {
        if (++current >= count && !ReadBatch())
        {
            position = -1;
            return false;
        }

        position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw new ArgumentException($"Column '{column.Name}' was not asked for when the cursor was made.");
        }

        return buffers.TryGetValue(column.Index, out var buffer) ? buffer.Getter<TValue>(() => Current)
            : IsOfImages(column) ? input.GetGetter<TValue>(input.Schema[column.Index])
            : scores.For<TValue>(column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = rows[Current].Id;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsOfImages(DataViewSchema.Column column) => column.Type.RawType == typeof(MLImage);

    private bool ReadBatch()
    {
        (count, current) = (0, 0);
        if (failed)
        {
            throw new InvalidOperationException(
                "Scoring failed at an earlier row, and this cursor cannot go on after it: make another one, or let bad images be skipped."
            );
        }

        failed = true; // until all is read: rows of a part that failed must not meet the scores of the part before
        var images = new List<Action<Memory<byte>>>(rows.Length);
        var read = 0;
        for (; read < rows.Length && input.MoveNext(); read++)
        {
            inputId(ref rows[read].Id);
            rows[read].Batch = input.Batch;
            foreach (var buffer in buffers.Values)
            {
                buffer.Fetch(read);
            }

            if (image is not null)
            {
                images.Add(image());
            }
        }

        if (images.Count > 0)
        {
            scored = scorer.Score(images, withFeatures);
        }

        (count, failed) = (read, false);
        return count > 0;
    }
}

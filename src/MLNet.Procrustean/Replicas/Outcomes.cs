using System.Text;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Replicas;

/// <summary>What became of the same work in each process.</summary>
/// <remarks>Each process writes a row of its own into zeros, so that the sum over all has every row as it is.</remarks>
internal sealed class Outcomes
{
    private const int LongestMessage = 2000; // bytes
    private const int Columns = 2 + LongestMessage; // kind, length, bytes
    private readonly float[][] rows;

    private Outcomes(float[][] rows) => this.rows = rows;

    private enum Kind
    {
        Well,
        Cancelled,
        Failed,
    }

    public bool AllWell => rows.All(row => KindOf(row) == Kind.Well);

    public bool AnyCancelled => rows.Any(row => KindOf(row) == Kind.Cancelled);

    public bool AnyFailed => rows.Any(row => KindOf(row) == Kind.Failed);

    /// <summary>Which process ended first in number, and why.</summary>
    public string Message
    {
        get
        {
            var wanted = AnyFailed ? Kind.Failed : Kind.Cancelled;
            var (rank, row) = rows.Index().First(one => KindOf(one.Item) == wanted);
            var text = Encoding.UTF8.GetString([.. row.Skip(2).Take((int)row[1]).Select(value => (byte)value)]);
            var what = AnyFailed ? "has failed" : "was cancelled";
            return $"Process {rank} of {rows.Length} {what}, which ends the training in all: {text}";
        }
    }

    /// <summary>Exchanges them.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="failure">Of this process; null for none.</param>
    public static Outcomes Of(ProcessGroup group, Exception? failure)
    {
        using var scope = NewDisposeScope();
        var values = new float[group.Count * Columns];
        if (failure is not null)
        {
            Write(failure, values.AsSpan(group.Rank * Columns, Columns));
        }

        var sum = tensor(values);
        group.Sum(sum);
        return new([.. sum.data<float>().ToArray().Chunk(Columns)]);
    }

    private static void Write(Exception failure, Span<float> row)
    {
        var bytes = Encoding.UTF8.GetBytes(failure.Message);
        var length = Math.Min(bytes.Length, LongestMessage);
        row[0] = (float)(failure is OperationCanceledException ? Kind.Cancelled : Kind.Failed);
        row[1] = length;
        for (var i = 0; i < length; i++)
        {
            row[2 + i] = bytes[i];
        }
    }

    private static Kind KindOf(float[] row) => (Kind)(int)row[0];
}

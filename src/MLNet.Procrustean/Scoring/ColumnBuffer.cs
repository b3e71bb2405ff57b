using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>
/// The values that a column had in the rows read ahead. Where a value could not be loaded, such as an image whose file is missing, whoever
/// asks for it is told, as without reading ahead.
/// </summary>
/// <param name="rows">How many.</param>
internal abstract class ColumnBuffer(int rows)
{
    private static readonly MethodInfo MakePlain = Maker(nameof(Plain));
    private static readonly MethodInfo MakeVector = Maker(nameof(Vector));
    private readonly ExceptionDispatchInfo?[] problems = new ExceptionDispatchInfo?[rows];

    /// <summary>A buffer for so many rows of the column.</summary>
    public static ColumnBuffer For(DataViewRow row, DataViewSchema.Column column, int rows)
    {
        var maker = column.Type is VectorDataViewType vector
            ? MakeVector.MakeGenericMethod(vector.ItemType.RawType)
            : MakePlain.MakeGenericMethod(column.Type.RawType);
        return (ColumnBuffer)maker.Invoke(null, [row, column, rows])!;
    }

    /// <summary>Stores the value of the input's current row at a place of the buffer.</summary>
    public void Fetch(int place)
    {
        problems[place] = null;
        try
        {
            Read(place);
        }
        catch (Exception problem) when (ImageColumn.IsOfLoading(problem))
        {
            problems[place] = ExceptionDispatchInfo.Capture(problem);
        }
    }

    /// <summary>A getter that copies the value from the current place.</summary>
    public ValueGetter<TValue> Getter<TValue>(Func<int> current) =>
        MakeGetter(() => Loaded(current())) as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"The column was asked for as {typeof(TValue)}, which is not its type.");

    protected abstract void Read(int place);

    protected abstract Delegate MakeGetter(Func<int> current);

    private int Loaded(int place)
    {
        problems[place]?.Throw();
        return place;
    }

    private static MethodInfo Maker(string name) => typeof(ColumnBuffer).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static PlainColumnBuffer<T> Plain<T>(DataViewRow row, DataViewSchema.Column column, int rows) =>
        new(row.GetGetter<T>(column), rows);

    private static VectorColumnBuffer<T> Vector<T>(DataViewRow row, DataViewSchema.Column column, int rows) =>
        new(row.GetGetter<VBuffer<T>>(column), rows);
}

internal sealed class PlainColumnBuffer<T>(ValueGetter<T> getter, int rows) : ColumnBuffer(rows)
{
    private readonly T[] values = new T[rows];

    protected override void Read(int place) => getter(ref values[place]);

    protected override Delegate MakeGetter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = values[current()]);
}

internal sealed class VectorColumnBuffer<T>(ValueGetter<VBuffer<T>> getter, int rows) : ColumnBuffer(rows)
{
    private readonly VBuffer<T>[] values = new VBuffer<T>[rows];

    protected override void Read(int place) => getter(ref values[place]);

    protected override Delegate MakeGetter(Func<int> current) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => values[current()].CopyTo(ref value));
}

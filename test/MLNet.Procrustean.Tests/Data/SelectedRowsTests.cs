using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Tests.Data;

public sealed class SelectedRowsTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void GetRowCursor_Mask_RenumbersPositionsAndKeepsIds()
    {
        var input = View([10, 11, 12, 13]);
        var view = Select(input, false, true, false, true);
        using var cursor = view.GetRowCursor(view.Schema);
        using var original = input.GetRowCursor(input.Schema);
        var value = cursor.GetGetter<int>(view.Schema["Value"]);
        var id = cursor.GetIdGetter();
        var originalId = original.GetIdGetter();
        Assert.That(cursor.Position, Is.EqualTo(-1));
        for (var position = 0; position < 2; position++)
        {
            var read = 0;
            DataViewRowId expectedId = default,
                readId = default;
            original.MoveNext();
            original.MoveNext();
            Assert.That(cursor.MoveNext(), Is.True);
            value(ref read);
            id(ref readId);
            originalId(ref expectedId);
            Assert.That(cursor.Position, Is.EqualTo(position));
            Assert.That(read, Is.EqualTo(11 + (2 * position)));
            Assert.That(readId, Is.EqualTo(expectedId));
        }

        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(cursor.Position, Is.EqualTo(-1));
    }

    [Test]
    public void View_Mask_KeepsSchemaAndCountsRows()
    {
        var input = View([10, 11, 12, 13]);
        var view = Select(input, true, true, false, true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(view.Schema, Is.SameAs(input.Schema));
            Assert.That(view.GetRowCount(), Is.EqualTo(3));
            Assert.That(view.CanShuffle, Is.False);
            Assert.That(view.GetRowCursorSet(view.Schema, 4), Has.Length.EqualTo(1));
        }
    }

    [Test]
    public void GetRowCursor_RandomGiven_KeepsTheOrder()
    {
        var view = Select(View([.. Enumerable.Range(0, 100)]), [.. Enumerable.Repeat(true, 100)]);
        using var cursor = view.GetRowCursor(view.Schema, new Random(1));
        var value = cursor.GetGetter<int>(view.Schema["Value"]);
        for (var row = 0; cursor.MoveNext(); row++)
        {
            var read = 0;
            value(ref read);
            Assert.That(read, Is.EqualTo(row));
        }
    }

    [Test]
    public void GetRowCursor_ColumnNotAskedFor_IsNotActive()
    {
        var view = Select(View([1, 2]), true, true);
        using var cursor = view.GetRowCursor([]);
        Assert.That(cursor.IsColumnActive(view.Schema["Value"]), Is.False);
    }

    [TestCase(3, "fewer")]
    [TestCase(5, "more")]
    public void MoveNext_InputChangedSinceTheSplit_SaysSo(int rows, string change)
    {
        var input = View([.. Enumerable.Range(0, rows)]);
        var view = new SelectedRows(input, RowLabels.Of(input.Schema["Value"], ["0", "1", "2", "3"]), [true, false, true, false]);
        Assert.That(
            () => view.GetColumn<int>("Value").ToList(),
            Throws.InvalidOperationException.With.Message.Contains($"gives {change} rows than the 4")
        );
    }

    [Test]
    public void GetRowCursor_LabelNotAskedFor_IsCheckedAndNotActive()
    {
        var input = View([1, 2, 3]);
        var view = Select(input, true, false, true);
        using var cursor = view.GetRowCursor([view.Schema["Other"]]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cursor.IsColumnActive(view.Schema["Other"]), Is.True);
            Assert.That(cursor.IsColumnActive(view.Schema["Value"]), Is.False);
            Assert.That(
                () => cursor.GetGetter<int>(view.Schema["Value"]),
                Throws.ArgumentException.With.Message.Contains("'Value' was not asked for")
            );
        }

        var changed = new SelectedRows(input, RowLabels.Of(input.Schema["Value"], ["1", "3", "2"]), [true, false, true]);
        Assert.That(
            () => changed.GetColumn<int>("Other").ToList(),
            Throws.InvalidOperationException.With.Message.Contains("row 1 (counted from 0) has '2' in column 'Value' and had '3' then")
        );
    }

    private static SelectedRows Select(IDataView input, params bool[] selected)
    {
        var column = input.Schema["Value"];
        return new(input, RowLabels.Of(column, LabelText.Read(input, column)), selected);
    }

    private static IDataView View(int[] values) => Ml.Data.LoadFromEnumerable(values.Select(value => new Row { Value = value }).ToList());

    private sealed class Row
    {
        public int Value { get; set; }

        public int Other => -Value;
    }
}

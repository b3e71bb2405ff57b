using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Data;

/// <summary>Rows chosen by their position are refused where the data gives them in another order.</summary>
public sealed class ReorderedSelectionTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly Dictionary<string, Func<IDataView, IDataView>> Selections = new()
    {
        ["training set"] = view => Ml.Data.StratifiedSplit(view).TrainSet,
        ["test set"] = view => Ml.Data.StratifiedSplit(view).TestSet,
        ["long tail"] = view => Ml.Data.LongTailedSubset(view, imbalanceRatio: 4),
        ["step"] = view => Ml.Data.StepSubset(view, imbalanceRatio: 4),
    };

    private static IEnumerable<string> Names => Selections.Keys;

    [Test]
    public void Selection_RowsInAnotherOrderEachTime_IsRefused(
        [ValueSource(nameof(Names))] string selection,
        [Values("Label", "Id")] string columnRead
    )
    {
        var selected = Selections[selection](Ml.Data.LoadFromEnumerable(ReshuffledRows.Of(Rows())));
        Assert.That(
            () => Read(selected, columnRead),
            Throws
                .InvalidOperationException.With.Message.Contains("in another order")
                .And.Message.Contains("in column 'Label'")
                .And.Message.Contains("rows.ToList()")
                .And.Message.Contains("ml.Data.Cache")
        );
    }

    [Test]
    public void Selection_OfReshuffledKeys_IsRefused([ValueSource(nameof(Names))] string selection)
    {
        var keys = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(Ml.Data.LoadFromEnumerable(Rows()));
        var selected = Selections[selection](keys.Transform(Ml.Data.LoadFromEnumerable(ReshuffledRows.Of(Rows()))));
        Assert.That(() => Read(selected, "Id"), Throws.InvalidOperationException.With.Message.Contains("in another order"));
    }

    [Test]
    public void Selection_ReshuffledRowsInACache_KeepsTheirColumnsTogether([ValueSource(nameof(Names))] string selection)
    {
        var cached = Ml.Data.Cache(Ml.Data.LoadFromEnumerable(ReshuffledRows.Of(Rows())));
        var selected = Ml.Data.CreateEnumerable<Row>(Selections[selection](cached), false).ToList();
        Assert.That(selected, Is.Not.Empty.And.SubsetOf(Rows()));
    }

    [Test]
    public void StratifiedSplit_ReshuffledRowsCachedTogether_IsDisjointAndKeepsLabels()
    {
        var cached = Ml.Data.Cache(Ml.Data.LoadFromEnumerable(ReshuffledRows.Of(Rows())), "Id", "Label");
        var (train, test) = Ml.Data.StratifiedSplit(cached);
        var rows = Ml.Data.CreateEnumerable<Row>(train, false).Concat(Ml.Data.CreateEnumerable<Row>(test, false)).ToList();
        Assert.That(rows.OrderBy(row => row.Id), Is.EqualTo(Rows()));
    }

    [Test]
    public void StratifiedSplit_ShuffleRowsWithoutASeed_StaysDisjoint()
    {
        var (train, test) = Ml.Data.StratifiedSplit(Ml.Data.ShuffleRows(Ml.Data.LoadFromEnumerable(Rows())));
        Assert.That(train.GetColumn<int>("Id").Concat(test.GetColumn<int>("Id")), Is.EquivalentTo(Rows().Select(row => row.Id)));
    }

    private static void Read(IDataView view, string column)
    {
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        while (cursor.MoveNext()) { }
    }

    private static List<Row> Rows() => [.. Enumerable.Range(0, 80).Select(id => new Row { Id = id, Label = id < 40 ? "cat" : "dog" })];

    private sealed record Row
    {
        public int Id { get; set; }

        public string Label { get; set; } = "";
    }
}

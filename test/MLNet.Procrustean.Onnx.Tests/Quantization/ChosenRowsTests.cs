using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Onnx.Quantization;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests.Quantization;

public sealed class ChosenRowsTests
{
    private static readonly string[] Labels =
    [
        .. Enumerable.Repeat("cat", 20),
        .. Enumerable.Repeat("dog", 6),
        .. Enumerable.Repeat("owl", 2),
    ];

    [TestCase(100, 20)]
    [TestCase(14, 6)]
    [TestCase(10, 4)]
    [TestCase(9, 3)]
    [TestCase(1, 1)]
    public void Each_IsTheLargestThatFits(int most, int each) => Assert.That(ChosenRows.Each([20, 6, 2], most), Is.EqualTo(each));

    [Test]
    public void Of_Labels_TakesAsManyOfEachClassAsThereAre()
    {
        var chosen = ChosenRows.Of(View(), View().Schema["Label"], most: 10, seed: 1);

        Assert.That(
            Labels.Where((_, row) => chosen[row]).CountBy(label => label).Select(pair => pair.Value),
            Is.EqualTo(new[] { 4, 4, 2 })
        );
        Assert.That(ChosenRows.Of(View(), View().Schema["Label"], most: 10, seed: 1), Is.EqualTo(chosen));
        Assert.That(ChosenRows.Of(View(), View().Schema["Label"], most: 10, seed: 2), Is.Not.EqualTo(chosen));
    }

    [Test]
    public void Of_NoLabels_TakesThatMany() =>
        Assert.That(ChosenRows.Of(View(), label: null, most: 10, seed: 1).Count(row => row), Is.EqualTo(10));

    [Test(Description = "ML.NET's cache keeps each column from the pass in which it was first asked for.")]
    public void Of_ACacheOfRowsInAnotherOrderEachTime_LeavesTheirColumnsTogether()
    {
        var ml = new MLContext();
        var rows = Labels.Select((label, number) => new NumberedRow { Label = label, Number = number }).ToList();
        var cached = ml.Data.Cache(ml.Data.LoadFromEnumerable(ReshuffledRows.Of(rows)));

        ChosenRows.Of(cached, cached.Schema["Label"], most: 10, seed: 1);

        Assert.That(ml.Data.CreateEnumerable<NumberedRow>(cached, reuseRowObject: false), Is.EquivalentTo(rows));
    }

    private static IDataView View() => new MLContext().Data.LoadFromEnumerable(Labels.Select(label => new Row { Label = label }));

    private sealed class Row
    {
        [ColumnName("Label")]
        public string Label { get; set; } = "";
    }

    private sealed record NumberedRow
    {
        public string Label { get; set; } = "";

        public int Number { get; set; }
    }
}

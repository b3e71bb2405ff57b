using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Tests.Data;

public sealed class StratifiedSplitCatalogTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void StratifiedSplit_AnyLabelType_IsDisjointCompleteAndTheSame([Values("Label", "Number", "Key", "Flag")] string column)
    {
        var view = Ml.Data.LoadFromEnumerable(Rows(50));
        view = Ml.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(view).Transform(view);
        var (train, test) = Ml.Data.StratifiedSplit(view, column, 0.2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ids(train).Concat(Ids(test)), Is.EquivalentTo(Enumerable.Range(0, 50)));
            Assert.That(Ids(train), Is.Ordered);
            Assert.That(Ids(test), Is.EqualTo(Ids(Ml.Data.StratifiedSplit(view, column, 0.2).TestSet)));
        }
    }

    [Test]
    public void StratifiedSplit_RareClass_IsOnBothSides()
    {
        var (train, test) = Ml.Data.StratifiedSplit(View(40), testFraction: 0.1);
        Assert.That(Labels(train).Distinct(), Is.EquivalentTo(new[] { "common", "rare" }));
        Assert.That(Labels(test).Distinct(), Is.EquivalentTo(new[] { "common", "rare" }));
    }

    [Test]
    public void StratifiedSplit_LaterSteps_SeeTheSelectedRows()
    {
        var train = Ml.Data.StratifiedSplit(View(60)).TrainSet;
        var expected = Ids(train);
        var key = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(train).Transform(train);
        var half = Ml.Data.TrainTestSplit(train, 0.5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ids(Ml.Data.Cache(train)), Is.EqualTo(expected));
            Assert.That(Ids(Ml.Data.ShuffleRows(train)), Is.EquivalentTo(expected));
            Assert.That(Ids(key), Is.EqualTo(expected));
            Assert.That(key.Schema["Label"].HasKeyValues(), Is.True);
            Assert.That(Ids(half.TrainSet).Concat(Ids(half.TestSet)), Is.EquivalentTo(expected));
            Assert.That(Ml.Data.CrossValidationSplit(train, 3).SelectMany(fold => Ids(fold.TestSet)), Is.EquivalentTo(expected));
            Assert.That(Ids(Ml.Data.SkipRows(train, 5)), Is.EqualTo(expected.Skip(5)));
        }
    }

    [Test]
    public void StratifiedSplit_CrossValidateOnTop_Runs()
    {
        var rows = Rows(90).Select(row => new FeatureRow { Label = row.Label, Features = [row.Number == 0 ? 1f : 0f] });
        var view = Ml.Data.LoadFromEnumerable(rows.ToList());
        var pipeline = Ml.Transforms.Conversion.MapValueToKey("Label").Append(Ml.MulticlassClassification.Trainers.NaiveBayes());
        var folds = Ml.MulticlassClassification.CrossValidate(Ml.Data.StratifiedSplit(view).TrainSet, pipeline, numberOfFolds: 3);
        Assert.That(folds.Select(fold => fold.Metrics.MicroAccuracy), Is.All.GreaterThan(0.5));
    }

    [Test]
    public void StratifiedSplit_Nested_KeepsEveryClassInThreeParts()
    {
        var (rest, test) = Ml.Data.StratifiedSplit(View(60), testFraction: 0.2);
        var (train, validation) = Ml.Data.StratifiedSplit(rest, testFraction: 0.25);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ids(train).Concat(Ids(validation)).Concat(Ids(test)), Is.EquivalentTo(Enumerable.Range(0, 60)));
            Assert.That(new[] { train, validation, test }.Select(part => Labels(part).Distinct().Count()), Is.All.EqualTo(2));
        }
    }

    [Test]
    public void StratifiedSplit_ShuffledInput_StaysDisjoint()
    {
        var (train, test) = Ml.Data.StratifiedSplit(Ml.Data.ShuffleRows(View(60), seed: 3));
        Assert.That(Ids(train).Concat(Ids(test)), Is.EquivalentTo(Enumerable.Range(0, 60)));
    }

    [Test]
    public void StratifiedSplit_OtherColumns_AreNotRead()
    {
        var rows = Enumerable.Range(0, 10).Select(row => new UnreadableRow { Label = row % 2 == 0 ? "a" : "b" });
        var view = Ml.Data.LoadFromEnumerable(rows.ToList());
        Assert.That(() => Ml.Data.StratifiedSplit(view), Throws.Nothing);
        Assert.That(() => view.GetColumn<float>(nameof(UnreadableRow.Image)).ToList(), Throws.Exception);
    }

    [Test]
    public void StratifiedSplit_MissingLabel_NamesTheRow()
    {
        var rows = Rows(10);
        rows[7].Label = "";
        Assert.That(
            () => Ml.Data.StratifiedSplit(Ml.Data.LoadFromEnumerable(rows)),
            Throws.ArgumentException.With.Message.Contains("Row 7 (counted from 0) has no value in column 'Label'")
        );
    }

    [Test]
    public void StratifiedSplit_UnusableArguments_Refuses()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Ml.Data.StratifiedSplit(View(10), "Klasse"), Throws.ArgumentException.With.Message.Contains("'Klasse'"));
            Assert.That(() => Ml.Data.StratifiedSplit(View(0)), Throws.ArgumentException.With.Message.Contains("no row"));
            Assert.That(() => Ml.Data.StratifiedSplit(View(10), testFraction: 1), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(
                () => Ml.Data.StratifiedSplit(View(10), "Id"),
                Throws.ArgumentException.With.Message.Contains("Class '0' has only one")
            );
        }
    }

    private static List<Row> Rows(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(id => new Row
                {
                    Id = id,
                    Label = id % 10 == 0 ? "rare" : "common",
                    Number = id % 3,
                    Flag = id % 4 == 0,
                }),
        ];

    private static IDataView View(int count) => Ml.Data.LoadFromEnumerable(Rows(count));

    private static List<int> Ids(IDataView view) => [.. view.GetColumn<int>("Id")];

    private static IEnumerable<string> Labels(IDataView view) => view.GetColumn<string>("Label");

    private sealed class Row
    {
        public int Id { get; set; }

        public string Label { get; set; } = "";

        public int Number { get; set; }

        public bool Flag { get; set; }
    }

    private sealed class FeatureRow
    {
        public string Label { get; set; } = "";

        [VectorType(1)]
        public float[] Features { get; set; } = [];
    }

    private sealed class UnreadableRow
    {
        public string Label { get; set; } = "";

        public float Image
        {
            get => Label.Length > 0 ? throw new InvalidOperationException("An image was read.") : 0;
            set => _ = value;
        }
    }
}

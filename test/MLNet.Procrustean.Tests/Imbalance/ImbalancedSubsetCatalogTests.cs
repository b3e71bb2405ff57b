using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class ImbalancedSubsetCatalogTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void LongTailedSubset_CifarSized_HasTheFieldsCounts()
    {
        var subset = Ml.Data.LongTailedSubset(Balanced(classes: 10, rows: 5000), imbalanceRatio: 100);
        var expected = LongTail.Counts(10, 5000, 100);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(subset.GetRowCount(), Is.EqualTo(12406));
            Assert.That(Counts(subset), Is.EqualTo(Enumerable.Range(0, 10).ToDictionary(c => $"class {c}", c => expected[c])));
            Assert.That(Ids(subset), Is.Ordered.And.Unique);
        }
    }

    [Test]
    public void StepSubset_OddNumberOfClasses_KeepsTheSmallerHalfLarge()
    {
        var subset = Ml.Data.StepSubset(Balanced(classes: 5, rows: 60), imbalanceRatio: 7, largestClass: 50);
        Assert.That(
            Counts(subset).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value),
            Is.EqualTo(new[] { 50, 50, 7, 7, 7 })
        );
    }

    // The first class could give 100; but the third, with 100 / 4 = 25 at that, has 20, and 4 · 20 + 3 is the most that rounds down to it.
    [Test]
    public void LongTailedSubset_NoLargestClass_TakesAsManyAsAllCanFollow()
    {
        var view = View([.. Labels(("a", 100), ("b", 100), ("c", 20))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Counts(Ml.Data.LongTailedSubset(view, imbalanceRatio: 4)),
                Is.EqualTo(
                    new Dictionary<string, int>
                    {
                        ["a"] = 83,
                        ["b"] = 41,
                        ["c"] = 20,
                    }
                )
            );
            Assert.That(
                Counts(Ml.Data.StepSubset(view, imbalanceRatio: 4)),
                Is.EqualTo(
                    new Dictionary<string, int>
                    {
                        ["a"] = 83,
                        ["b"] = 20,
                        ["c"] = 20,
                    }
                )
            );
            Assert.That(Counts(Ml.Data.LongTailedSubset(view, imbalanceRatio: 1)).Values, Is.All.EqualTo(20));
        }
    }

    [Test]
    public void LongTailedSubset_KeysOfARealPipeline_FollowsKeyOrderAndStays()
    {
        var view = View([.. Labels(("b", 40), ("c", 40), ("a", 40))]);
        var byOccurrence = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
        var byValue = Ml
            .Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(view)
            .Transform(view);
        var subset = Ml.Data.LongTailedSubset(byOccurrence, imbalanceRatio: 4);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(KeyCounts(subset), Is.EqualTo(new[] { 40, 20, 10 }));
            Assert.That(
                Counts(Unmapped(subset)),
                Is.EqualTo(
                    new Dictionary<string, int>
                    {
                        ["b"] = 40,
                        ["c"] = 20,
                        ["a"] = 10,
                    }
                )
            );
            Assert.That(subset.Schema["Label"].HasKeyValues(), Is.True);
            Assert.That(
                Counts(Unmapped(Ml.Data.LongTailedSubset(byValue, imbalanceRatio: 4))),
                Is.EqualTo(
                    new Dictionary<string, int>
                    {
                        ["a"] = 40,
                        ["b"] = 20,
                        ["c"] = 10,
                    }
                )
            );
        }
    }

    [Test]
    public void LongTailedSubset_NumbersAndFlags_FollowTheirOrder()
    {
        var numbers = View([.. Labels(("10", 40), ("9", 40), ("-1", 40))]);
        var flags = View([.. Labels(("1", 40), ("0", 40))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Counts(Ml.Data.LongTailedSubset(numbers, "Number", 4)),
                Is.EqualTo(
                    new Dictionary<string, int>
                    {
                        ["-1"] = 40,
                        ["9"] = 20,
                        ["10"] = 10,
                    }
                )
            );
            Assert.That(
                Counts(Ml.Data.LongTailedSubset(numbers, "Label", 4)),
                Is.EqualTo(
                    new Dictionary<string, int>
                    {
                        ["-1"] = 40,
                        ["10"] = 20,
                        ["9"] = 10,
                    }
                )
            );
            Assert.That(
                Counts(Ml.Data.LongTailedSubset(flags, "Flag", 4)),
                Is.EqualTo(new Dictionary<string, int> { ["0"] = 40, ["1"] = 10 })
            );
        }
    }

    [Test]
    public void LongTailedSubset_Seeds_RepeatDifferAndNest()
    {
        var view = Balanced(classes: 4, rows: 100);
        var ids = Ids(Ml.Data.LongTailedSubset(view, imbalanceRatio: 10, seed: 3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ids(Ml.Data.LongTailedSubset(view, imbalanceRatio: 10, seed: 3)), Is.EqualTo(ids));
            Assert.That(Ids(Ml.Data.LongTailedSubset(view, imbalanceRatio: 10, seed: 4)), Is.Not.EqualTo(ids));
            Assert.That(Ids(Ml.Data.LongTailedSubset(view, imbalanceRatio: 50, seed: 3)), Is.SubsetOf(ids));
        }
    }

    // Random(1) draws 0.25, 0.11, 0.47, 0.77, 0.66 and then 0.43, 0.35, 0.94, 0.10, 0.64.
    [Test]
    public void StepSubset_KnownSeed_GivesTheKnownRows()
    {
        var view = View([.. Labels(("a", 5), ("b", 5))]);
        Assert.That(Ids(Ml.Data.StepSubset(view, imbalanceRatio: 2, largestClass: 4)), Is.EqualTo(new[] { 0, 1, 2, 4, 6, 8 }));
    }

    [Test]
    public void StepSubset_OtherClassRenamed_TakesTheSameRows()
    {
        var renamed = View([.. Labels(("a", 30), ("z", 30))]);
        var view = View([.. Labels(("a", 30), ("b", 30))]);
        Assert.That(Ids(Ml.Data.StepSubset(renamed, imbalanceRatio: 5)), Is.EqualTo(Ids(Ml.Data.StepSubset(view, imbalanceRatio: 5))));
    }

    [Test]
    public void Subsets_UnusableArguments_SayWhatIsWrong()
    {
        var view = View([.. Labels(("a", 100), ("b", 30))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => Ml.Data.LongTailedSubset(view, imbalanceRatio: 2, largestClass: 80),
                Throws.ArgumentException.With.Message.Contains("Class 'b' is to give 40 rows and has 30; set largestClass lower")
            );
            Assert.That(
                () => Ml.Data.StepSubset(view, imbalanceRatio: 5, largestClass: 101),
                Throws.ArgumentException.With.Message.Contains("Class 'a' is to give 101 rows and has 100")
            );
            Assert.That(
                () => Ml.Data.StepSubset(view, imbalanceRatio: 101),
                Throws.ArgumentException.With.Message.Contains(
                    "No row of class 'b' would be left (it has 30); use a smaller imbalanceRatio"
                )
            );
            Assert.That(() => Ml.Data.LongTailedSubset(view, "Klasse"), Throws.ArgumentException.With.Message.Contains("'Klasse'"));
            Assert.That(() => Ml.Data.LongTailedSubset(View([])), Throws.ArgumentException.With.Message.Contains("no row"));
            Assert.That(
                () => Ml.Data.LongTailedSubset(View(["a", "a"])),
                Throws.ArgumentException.With.Message.Contains("only one class, 'a'")
            );
            Assert.That(() => Ml.Data.LongTailedSubset(view, imbalanceRatio: 0.5), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => Ml.Data.StepSubset(view, imbalanceRatio: double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => Ml.Data.StepSubset(view, largestClass: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        }
    }

    private static IEnumerable<string> Labels(params (string Label, int Rows)[] classes) =>
        classes.SelectMany(c => Enumerable.Repeat(c.Label, c.Rows));

    private static IDataView Balanced(int classes, int rows) =>
        View([.. Enumerable.Range(0, classes * rows).Select(row => $"class {row * 7 % classes}")]);

    private static IDataView View(string[] labels) =>
        Ml.Data.LoadFromEnumerable(
            labels
                .Select(
                    (label, id) =>
                        new Row
                        {
                            Id = id,
                            Label = label,
                            Number = int.TryParse(label, out var number) ? number : 0,
                            Flag = label == "1",
                        }
                )
                .ToList()
        );

    private static IDataView Unmapped(IDataView view) => Ml.Transforms.Conversion.MapKeyToValue("Label").Fit(view).Transform(view);

    private static Dictionary<string, int> Counts(IDataView view) => view.GetColumn<string>("Label").CountBy(label => label).ToDictionary();

    private static IEnumerable<int> KeyCounts(IDataView view) =>
        view.GetColumn<uint>("Label").CountBy(key => key).OrderBy(pair => pair.Key).Select(pair => pair.Value);

    private static List<int> Ids(IDataView view) => [.. view.GetColumn<int>("Id")];

    private sealed class Row
    {
        public int Id { get; set; }

        public string Label { get; set; } = "";

        public int Number { get; set; }

        public bool Flag { get; set; }
    }
}

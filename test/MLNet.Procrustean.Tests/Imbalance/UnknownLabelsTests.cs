using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests.Imbalance;

/// <summary>Test data with a class that training lacks, and without one that it has.</summary>
public sealed class UnknownLabelsTests
{
    private readonly MLContext ml = new(seed: 1);
    private readonly List<string> warnings = [];
    private TinyModel tiny = null!;

    [OneTimeSetUp]
    public void UseTheSharedModel()
    {
        tiny = TinyModel.Shared;
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(line.RawMessage);
            }
        };
    }

    [SetUp]
    public void Forget() => warnings.Clear();

    [Test]
    public void EvaluateImbalance_LabelThatTrainingLacks_NamesItThoughItsKeyIsMissing() =>
        Assert.That(
            () => Evaluate(Rows("cat", "dog", "elk", "owl", "emu", "elk")),
            Refused(
                "Row 2 (counted from 0) has 'elk' in column 'Label', which is not one of the 3 classes: cat, dog, owl. "
                    + "3 rows have such labels: 'elk' (2), 'emu' (1). The model cannot recognise a class that it was not trained on"
            )
        );

    [Test]
    public void EvaluateImbalance_OneSuchRow_IsNotCounted() =>
        Assert.That(
            () => Evaluate(Rows("cat", "elk")),
            Refused("Row 1 (counted from 0) has 'elk' in column 'Label', which is not one of the 3 classes: cat, dog, owl. The model")
        );

    [Test]
    public void EvaluateImbalance_EmptyLabel_IsMissing() =>
        Assert.That(() => Evaluate(Rows("cat", "")), Refused("Row 1 (counted from 0) has no value in column 'Label'; each row needs one."));

    [Test]
    public void EvaluateImbalance_MissingKeyWithoutItsValue_ListsTheClassesAndCountsTheRows()
    {
        var rows = Rows("cat", "elk", "emu");
        var keys = ml
            .Transforms.Conversion.MapValueToKey("Key", "Label", keyData: ml.Data.LoadFromEnumerable(Classes()))
            .Fit(rows)
            .Transform(rows);
        Assert.That(
            () => ml.MulticlassClassification.EvaluateImbalance(tiny.Classifier.Transform(keys), "Key"),
            Refused(
                "Row 1 (counted from 0) has no value in column 'Key', or one that is not one of the 3 classes: cat, dog, owl. "
                    + "2 rows have such labels. The model"
            )
        );
    }

    [Test]
    public void EvaluateImbalance_ImagesAfterAnUnknownLabel_AreNotRead()
    {
        var rows = ml.Data.LoadFromEnumerable<LabelledImageFile>([
            new() { ImagePath = tiny.Paths[0], Label = "elk" },
            .. Enumerable.Repeat(new LabelledImageFile { ImagePath = tiny.Paths[0], Label = "cat" }, 300), // read ahead
            new() { ImagePath = "no such file", Label = "elk" },
        ]);
        Assert.That(() => Evaluate(rows), Refused("Row 0 (counted from 0) has 'elk'").And.Message.Contains("2 rows"));
    }

    [Test]
    public void EvaluateImbalance_ClassesThatTheTestDataLacks_AreNamedInAWarning()
    {
        var metrics = Evaluate(Rows("dog", "dog"));
        Assert.That(metrics.Classes.Select(one => one.TestCount), Is.EqualTo(new[] { 0, 2, 0 }));
        Assert.That(
            warnings,
            Is.EqualTo(new[] { "2 of 3 classes have no row in the evaluated data and are left out of the averages: cat, owl." })
        );
    }

    [Test]
    public void EvaluateImbalance_AllClassesTested_WarnsOfNothing()
    {
        Evaluate(Rows("dog", "cat", "owl"));
        Assert.That(warnings, Is.Empty);
    }

    private static ContainsConstraint Refused(string message) => Throws.ArgumentException.With.Message.Contains(message);

    private static ClassRow[] Classes() => [new() { Label = "cat" }, new() { Label = "dog" }, new() { Label = "owl" }];

    private ImbalanceMetrics Evaluate(IDataView rows) =>
        ml.MulticlassClassification.EvaluateImbalance(tiny.Classifier.Transform(tiny.Keys.Transform(rows)));

    private IDataView Rows(params string[] labels) =>
        ml.Data.LoadFromEnumerable(labels.Select((label, row) => new LabelledImageFile { ImagePath = tiny.Paths[row], Label = label }));

    private sealed class ClassRow
    {
        public string Label { get; set; } = "";
    }
}

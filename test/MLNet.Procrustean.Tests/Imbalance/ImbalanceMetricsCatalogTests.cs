using Microsoft.ML;
using Microsoft.ML.Data;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class ImbalanceMetricsCatalogTests
{
    [Test]
    public void EvaluateImbalance_BeforeAndAfterMapKeyToValue_Agrees()
    {
        long[] trainingCounts = [500, 100, 20, 19];
        var keyed = ScoredData.AsKeys(ScoredData.RandomPairs(seed: 1), ScoredData.Names, trainingCounts);
        Assert.That(ScoredData.EvaluateImbalance(ScoredData.WithPredictedValues(keyed)), Is.EqualTo(ScoredData.EvaluateImbalance(keyed)));
    }

    [Test]
    public void EvaluateImbalance_TextAndNoSlotNames_SortsTheLabelsSeenAndLeavesTrainingCountsOut()
    {
        var metrics = ScoredData.EvaluateImbalance(ScoredData.AsText([(2, 1), (1, 1), (0, 0)], trainingCounts: [1, 2, 3, 4]));
        Assert.That(metrics.Classes.Select(one => one.Name), Is.EqualTo(new[] { "cat", "dog", "fox" }));
        Assert.That(metrics.Classes.Select(one => one.TrainingCount), Is.All.Null);
    }

    [Test]
    public void EvaluateImbalance_TextAndSlotNames_TakesTheirOrder()
    {
        string[] order = ["fox", "elk", "cat", "dog"];
        var metrics = ScoredData.EvaluateImbalance(ScoredData.AsText([(2, 1), (1, 1), (0, 0)], order, [1, 2, 3, 4]));
        Assert.That(metrics.Classes.Select(one => (one.Name, one.TrainingCount)), Is.EqualTo(order.Zip<string, long?>([1, 2, 3, 4])));
    }

    [Test]
    public void EvaluateImbalance_LabelKeysNumberedApartFromTheModel_ComparesValues()
    {
        var pairs = ScoredData.RandomPairs(seed: 2);
        var ml = new MLContext();
        var text = ScoredData.AsText(pairs.Reverse(), ScoredData.Names);
        var apart = ml.Transforms.Conversion.MapValueToKey("Label").Fit(text).Transform(text);
        Assert.That(ScoredData.EvaluateImbalance(apart), Is.EqualTo(ScoredData.EvaluateImbalance(ScoredData.AsKeys(pairs))));
    }

    [Test]
    public void EvaluateImbalance_NumberLabels_ComparesThemWithKeysAndOtherNumbers()
    {
        var ml = new MLContext();
        var numbers = ml.Data.LoadFromEnumerable<NumberRow>([
            new() { Label = 7, PredictedLabel = 7 },
            new() { Label = -3, PredictedLabel = 7 },
            new() { Label = -3, PredictedLabel = -3 },
        ]);
        var keyed = ml.Transforms.Conversion.MapValueToKey("PredictedLabel").Fit(numbers).Transform(numbers);
        var plain = ml.MulticlassClassification.EvaluateImbalance(numbers);
        var mixed = ml.MulticlassClassification.EvaluateImbalance(keyed);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plain.MacroAccuracy, Is.EqualTo(0.75));
            Assert.That(plain.Classes.Select(one => one.Name), Is.EqualTo(new[] { "-3", "7" }));
            Assert.That(mixed.MacroAccuracy, Is.EqualTo(0.75));
            Assert.That(mixed.Classes.Select(one => one.Name), Is.EqualTo(new[] { "7", "-3" }));
        }
    }

    // MapKeyToValue gives 0 and false for a missing class of these types.
    [Test]
    public void EvaluateImbalance_RowWithoutAScoreOfNumberOrBooleanLabels_IsLeftOutAndCounted()
    {
        var ml = new MLContext();
        float[] none = [float.NaN, float.NaN];
        var numbers = ml.Data.LoadFromEnumerable<NumberRow>([
            new() { Label = 0, PredictedLabel = 0 },
            new() { Label = 1, PredictedLabel = 0 },
            new() { Label = 0, Score = none },
            new() { Label = 1, Score = none },
        ]);
        var booleans = ml.Data.LoadFromEnumerable<BooleanRow>([
            new() { Label = false, PredictedLabel = false },
            new() { Label = true, PredictedLabel = false },
            new() { Label = false, Score = none },
            new() { Label = true, Score = none },
        ]);
        foreach (var scored in new[] { numbers, booleans })
        {
            var metrics = ml.MulticlassClassification.EvaluateImbalance(scored);
            Assert.That((metrics.UnscoredCount, metrics.MacroAccuracy), Is.EqualTo((2, 0.5)));
            Assert.That(metrics.Classes.Select(one => one.TestCount), Is.All.EqualTo(1));
            Assert.That(ml.MulticlassClassification.EvaluateCalibration(scored).UnscoredCount, Is.EqualTo(2));
        }
    }

    [Test]
    public void EvaluateImbalance_ModelOfMlNet_AgreesWithItsEvaluate([Values("Text", "Number")] string labelColumn)
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var data = ml.Data.LoadFromEnumerable(
            Enumerable
                .Range(0, 300)
                .Select(row => new TrainingRow
                {
                    Text = ScoredData.Names[row % 3],
                    Number = 10 * (row % 3),
                    Features = [.. Enumerable.Range(0, 3).Select(f => f == row % 3 && random.NextDouble() < 0.7 ? 1f : random.Next(2))],
                })
                .ToList()
        );
        var (train, test) = ml.Data.StratifiedSplit(data, labelColumn, 0.5);
        var scored = ml
            .Transforms.Conversion.MapValueToKey("Label", labelColumn)
            .Append(ml.MulticlassClassification.Trainers.NaiveBayes())
            .Fit(train)
            .Transform(test);
        var values = ScoredData.WithPredictedValues(scored);
        var metrics = ml.MulticlassClassification.EvaluateImbalance(scored);
        var expected = ml.MulticlassClassification.Evaluate(scored);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.MacroAccuracy, Is.EqualTo(expected.MacroAccuracy).Within(1e-12).And.InRange(0.4, 0.95));
            Assert.That(metrics.MicroAccuracy, Is.EqualTo(expected.MicroAccuracy).Within(1e-12));
            Assert.That(ml.MulticlassClassification.EvaluateImbalance(scored, labelColumn), Is.EqualTo(metrics));
            Assert.That(ml.MulticlassClassification.EvaluateImbalance(values, labelColumn), Is.EqualTo(metrics));
        }
    }

    [Test]
    public void EvaluateImbalance_MissingLabel_NamesTheRow()
    {
        (int, int)[] pairs = [(0, 0), (1, 1), (-1, 1)];
        const string message = "Row 2 (counted from 0) has no value in column 'Label'";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => ScoredData.EvaluateImbalance(ScoredData.AsKeys(pairs)), RefusesWith(message));
            Assert.That(() => ScoredData.EvaluateImbalance(ScoredData.AsText(pairs)), RefusesWith(message));
        }
    }

    [Test]
    public void EvaluateImbalance_MissingPrediction_NamesTheRow() =>
        Assert.That(
            () => ScoredData.EvaluateImbalance(ScoredData.AsKeys([(0, 0), (1, -1)])),
            RefusesWith("Row 1 (counted from 0) has no value in column 'PredictedLabel'")
        );

    [Test]
    public void EvaluateImbalance_LabelNotAmongTheClasses_NamesItAndTheRow() =>
        Assert.That(
            () => ScoredData.EvaluateImbalance(ScoredData.AsText([(0, 0), (7, 1)], ScoredData.Names)),
            RefusesWith("Row 1 (counted from 0) has 'unknown7' in column 'Label', which is not one of the 4 classes: cat, dog, fox, elk.")
        );

    [Test]
    public void EvaluateImbalance_NoRows_Refuses() =>
        Assert.That(() => ScoredData.EvaluateImbalance(ScoredData.AsKeys([])), RefusesWith("no row"));

    [Test]
    public void EvaluateImbalance_TrainingCountsOfOtherLength_Refuses() =>
        Assert.That(
            () => ScoredData.EvaluateImbalance(ScoredData.AsKeys([(0, 0)], trainingCounts: [1, 2])),
            RefusesWith("training counts of 2 classes, but there are 4")
        );

    [Test]
    public void EvaluateImbalance_UnusableColumns_NamesThem()
    {
        var catalog = new MLContext().MulticlassClassification;
        var scored = ScoredData.AsKeys([(0, 0)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => catalog.EvaluateImbalance(scored, "Klasse"), RefusesWith("There is no column 'Klasse'"));
            Assert.That(() => catalog.EvaluateImbalance(scored, scoreColumnName: "Points"), RefusesWith("There is no column 'Points'"));
            Assert.That(() => catalog.EvaluateImbalance(scored, predictedLabelColumnName: "Score"), RefusesWith("Vector<Single, 4>"));
            Assert.That(() => catalog.EvaluateImbalance(null!), Throws.ArgumentNullException);
        }
    }

    private static ContainsConstraint RefusesWith(string message) => Throws.ArgumentException.With.Message.Contains(message);

    private sealed class TrainingRow
    {
        public string Text { get; set; } = "";

        public int Number { get; set; }

        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }

    private sealed class BooleanRow
    {
        public bool Label { get; set; }

        public bool PredictedLabel { get; set; }

        public float[] Score { get; set; } = [1, 0];
    }

    private sealed class NumberRow
    {
        public int Label { get; set; }

        public int PredictedLabel { get; set; }

        public float[] Score { get; set; } = [0, 0];
    }
}

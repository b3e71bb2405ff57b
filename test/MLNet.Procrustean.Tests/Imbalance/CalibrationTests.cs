using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class CalibrationTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void EvaluateCalibration_RandomScores_IsTheNaiveSumOverIntervals()
    {
        var rows = RandomRows(seed: 1, 400);
        var curve = Evaluate(rows).Overall;
        var expected = 0.0;
        var largest = 0.0;
        for (var b = 0; b < 15; b++)
        {
            var right = 0;
            var confidences = 0.0;
            var count = 0;
            foreach (var row in rows)
            {
                var confidence = (double)row.Score.Max();
                if (confidence > b / 15.0 && confidence <= (b + 1) / 15.0)
                {
                    count++;
                    confidences += confidence;
                    right += row.Label == row.PredictedLabel ? 1 : 0;
                }
            }

            Assert.That(curve.Bins[b].Count, Is.EqualTo(count));
            if (count > 0)
            {
                var gap = Math.Abs((right / (double)count) - (confidences / count));
                expected += count / 400.0 * gap;
                largest = Math.Max(largest, gap);
            }
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(curve.ExpectedCalibrationError, Is.EqualTo(expected).Within(1e-9).And.GreaterThan(0.05));
            Assert.That(curve.MaximumCalibrationError, Is.EqualTo(largest).Within(1e-9));
        }
    }

    [Test]
    public void EvaluateCalibration_ConfidenceThatComesTrue_HasNoError()
    {
        // Of four images with .75, three are right.
        var rows = Enumerable.Range(0, 4).Select(i => new Row("cat", i < 3 ? "cat" : "dog", [.75f, .25f])).ToArray();
        var curve = Evaluate(rows).Overall;
        Assert.That((curve.ExpectedCalibrationError, curve.Accuracy, curve.Confidence), Is.EqualTo((0.0, 0.75, 0.75)));
    }

    [TestCase(1f / 15, 0)]
    [TestCase(2f / 15, 1)]
    [TestCase(0.14f, 2)]
    [TestCase(0f, 0)]
    [TestCase(1f, 14)]
    [TestCase(1.00001f, 14, Description = "the rounding of softmax")]
    public void EvaluateCalibration_AtTheEndOfAnInterval_BelongsToIt(float score, int bin)
    {
        var bins = Evaluate([new Row("cat", "cat", [score, 0f])]).Overall.Bins;
        Assert.That(bins.Select(one => one.Count), Is.EqualTo(Enumerable.Range(0, 15).Select(b => b == bin ? 1L : 0L)));
    }

    [Test]
    public void EvaluateCalibration_TrainingCounts_DividesByTheGroupOfTheTrueClass()
    {
        var pairs = ScoredData.RandomPairs(seed: 3);
        var metrics = Ml.MulticlassClassification.EvaluateCalibration(ScoredData.AsText(pairs, ScoredData.Names, [500, 100, 20, 19]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.Overall.Count, Is.EqualTo(500));
            Assert.That(metrics.Many!.Count, Is.EqualTo(pairs.Count(pair => pair.Actual == 0)));
            Assert.That(metrics.Medium!.Count, Is.EqualTo(pairs.Count(pair => pair.Actual is 1 or 2)));
            Assert.That(
                metrics.Few!.Accuracy,
                Is.EqualTo(pairs.Where(pair => pair.Actual == 3).Average(pair => pair.Predicted == 3 ? 1 : 0))
            );
            // These scores are 1 for the predicted class, so that the error is the share of wrong answers.
            Assert.That(metrics.Few.ExpectedCalibrationError, Is.EqualTo(1 - metrics.Few.Accuracy).Within(1e-12));
            Assert.That(metrics.ToString(), Does.Contain("few (< 20)").And.Contain($"{metrics.Overall.ExpectedCalibrationError:0.000}"));
        }
    }

    [Test]
    public void EvaluateCalibration_NoTrainingCounts_HasNoGroups()
    {
        var metrics = Evaluate(RandomRows(seed: 2, 50));
        Assert.That(new[] { metrics.Many, metrics.Medium, metrics.Few }, Is.All.Null);
    }

    [Test]
    public void EvaluateCalibration_ModelOfMlNet_MeasuresItsProbabilities()
    {
        var trained = Ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(Ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Score"))
            .Fit(View(RandomRows(seed: 4, 300)));
        var scored = trained.Transform(View(RandomRows(seed: 5, 300)));
        var metrics = Ml.MulticlassClassification.EvaluateCalibration(scored);
        var imbalance = Ml.MulticlassClassification.EvaluateImbalance(scored);
        Assert.That(metrics.Overall.Accuracy, Is.EqualTo(imbalance.MicroAccuracy).Within(1e-12));
        Assert.That(metrics.Overall.ExpectedCalibrationError, Is.LessThan(0.2));
    }

    [TestCase(-0.1f, "the score -0.1")]
    [TestCase(1.5f, "the score 1.5")]
    [TestCase(float.NaN, "the score NaN")]
    public void EvaluateCalibration_NotAProbability_NamesRowAndScore(float score, string found) =>
        Assert.That(
            () => Evaluate([new Row("cat", "cat", [1f, 0f]), new Row("cat", "cat", [score, 0f])]),
            Throws.ArgumentException.With.Message.Contains("Row 1").And.Message.Contains(found)
        );

    [Test]
    public void EvaluateCalibration_NoRows_IsRefused() =>
        Assert.That(() => Evaluate([]), Throws.ArgumentException.With.Message.Contains("no row to evaluate"));

    private static CalibrationMetrics Evaluate(Row[] rows) => Ml.MulticlassClassification.EvaluateCalibration(View(rows));

    private static IDataView View(Row[] rows)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        return Ml.Data.LoadFromEnumerable(rows, schema);
    }

    // A model that is too sure of itself: right in 60 of 100 images, whatever its confidence.
    private static Row[] RandomRows(int seed, int count)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    var (guess, confidence) = (random.Next(2), 0.5f + (0.5f * random.NextSingle()));
                    var actual = random.NextDouble() < 0.6 ? guess : 1 - guess;
                    float[] score = guess == 0 ? [confidence, 1 - confidence] : [1 - confidence, confidence];
                    return new Row(ScoredData.Names[actual], ScoredData.Names[guess], score);
                }),
        ];
    }

    private sealed class Row(string label, string predictedLabel, float[] score)
    {
        public string Label { get; set; } = label;

        public string PredictedLabel { get; set; } = predictedLabel;

        public float[] Score { get; set; } = score;
    }
}

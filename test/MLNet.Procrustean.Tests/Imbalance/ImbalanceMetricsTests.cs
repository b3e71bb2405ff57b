using Microsoft.ML;

namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class ImbalanceMetricsTests
{
    private static readonly long[] TrainingCounts = [500, 100, 20, 19];

    [Test]
    public void EvaluateImbalance_RandomPredictions_EqualsTheDefinitions([Values(1, 2, 3)] int seed)
    {
        var pairs = ScoredData.RandomPairs(seed);
        var metrics = ScoredData.EvaluateImbalance(ScoredData.AsKeys(pairs, trainingCounts: TrainingCounts));

        double product = 1,
            recalls = 0,
            f1s = 0,
            right = 0;
        for (var c = 0; c < 4; c++)
        {
            long truePositives = 0,
                falsePositives = 0,
                falseNegatives = 0;
            foreach (var (actual, predicted) in pairs)
            {
                truePositives += actual == c && predicted == c ? 1 : 0;
                falsePositives += actual != c && predicted == c ? 1 : 0;
                falseNegatives += actual == c && predicted != c ? 1 : 0;
            }

            var recall = (double)truePositives / (truePositives + falseNegatives);
            var precision = (double)truePositives / (truePositives + falsePositives);
            var one = metrics.Classes[c];
            Assert.That(one.Name, Is.EqualTo(ScoredData.Names[c]));
            Assert.That(one.TrainingCount, Is.EqualTo(TrainingCounts[c]));
            Assert.That(one.TestCount, Is.EqualTo(truePositives + falseNegatives));
            Assert.That(one.PredictedCount, Is.EqualTo(truePositives + falsePositives));
            Assert.That(one.CorrectCount, Is.EqualTo(truePositives));
            Assert.That(one.Recall, Is.EqualTo(recall).Within(1e-12));
            Assert.That(one.Precision, Is.EqualTo(precision).Within(1e-12));
            Assert.That(one.F1, Is.EqualTo(2 * precision * recall / (precision + recall)).Within(1e-12));
            right += truePositives;
            recalls += recall;
            product *= recall;
            f1s += 2 * precision * recall / (precision + recall);
        }

        Assert.That(metrics.MicroAccuracy, Is.EqualTo(right / pairs.Length).Within(1e-12));
        Assert.That(metrics.MacroAccuracy, Is.EqualTo(recalls / 4).Within(1e-12));
        Assert.That(metrics.GeometricMean, Is.EqualTo(Math.Pow(product, 0.25)).Within(1e-12));
        Assert.That(metrics.MacroF1, Is.EqualTo(f1s / 4).Within(1e-12));
        Assert.That(metrics.ManyRecall, Is.EqualTo(metrics.Classes[0].Recall).Within(1e-12));
        Assert.That(metrics.MediumRecall, Is.EqualTo((metrics.Classes[1].Recall + metrics.Classes[2].Recall) / 2).Within(1e-12));
        Assert.That(metrics.FewRecall, Is.EqualTo(metrics.Classes[3].Recall).Within(1e-12));
    }

    [Test]
    public void EvaluateImbalance_RandomPredictions_CountsTheConfusion()
    {
        var pairs = ScoredData.RandomPairs(seed: 4);
        var confusion = ScoredData.EvaluateImbalance(ScoredData.AsKeys(pairs)).Confusion;
        for (var actual = 0; actual < 4; actual++)
        {
            for (var predicted = 0; predicted < 4; predicted++)
            {
                Assert.That(confusion[actual][predicted], Is.EqualTo(pairs.Count(pair => pair == (actual, predicted))));
            }
        }
    }

    // Without class 2 in the predictions, without class 3 in the labels, and with all.
    [TestCase(2, -1)]
    [TestCase(-1, 3)]
    [TestCase(-1, -1)]
    public void EvaluateImbalance_RandomPredictions_AgreesWithEvaluateOfMlNet(int neverPredicted, int withoutImages)
    {
        var pairs = ScoredData.RandomPairs(seed: 5).Where(pair => pair.Predicted != neverPredicted && pair.Actual != withoutImages);
        var scored = ScoredData.AsKeys(pairs);
        var metrics = ScoredData.EvaluateImbalance(scored);
        var expected = new MLContext().MulticlassClassification.Evaluate(scored);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.MicroAccuracy, Is.EqualTo(expected.MicroAccuracy).Within(1e-12));
            Assert.That(metrics.MacroAccuracy, Is.EqualTo(expected.MacroAccuracy).Within(1e-12));
            Assert.That(metrics.Classes.Select(one => one.Recall ?? 0), Is.EqualTo(expected.ConfusionMatrix.PerClassRecall).Within(1e-12));
            Assert.That(metrics.Classes.Select(one => one.Precision), Is.EqualTo(expected.ConfusionMatrix.PerClassPrecision).Within(1e-12));
        }
    }

    [Test]
    public void GeometricMean_ClassNeverRecalled_IsZero()
    {
        var metrics = ScoredData.EvaluateImbalance(ScoredData.AsKeys([(0, 0), (1, 1), (2, 2), (3, 0)]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.GeometricMean, Is.Zero);
            Assert.That(metrics.Classes[3].Precision, Is.Zero);
            Assert.That(metrics.Classes[3].F1, Is.Zero);
        }
    }

    [Test]
    public void Averages_ClassWithoutTestImages_LeaveItOut()
    {
        var metrics = ScoredData.EvaluateImbalance(ScoredData.AsKeys([(0, 0), (1, 1), (1, 3)], trainingCounts: TrainingCounts));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.Classes[3].Recall, Is.Null);
            Assert.That(metrics.Classes[3].F1, Is.Null);
            Assert.That(metrics.MacroAccuracy, Is.EqualTo(0.75));
            Assert.That(metrics.GeometricMean, Is.EqualTo(Math.Sqrt(0.5)).Within(1e-12));
            Assert.That(metrics.MediumRecall, Is.EqualTo(0.5));
            Assert.That(metrics.FewRecall, Is.Null);
        }
    }

    [Test]
    public void GroupRecalls_TrainingCountsUnknown_AreNull()
    {
        var metrics = ScoredData.EvaluateImbalance(ScoredData.AsKeys(ScoredData.RandomPairs(seed: 6)));
        Assert.That(new[] { metrics.ManyRecall, metrics.MediumRecall, metrics.FewRecall }, Is.All.Null);
        Assert.That(metrics.Classes.Select(one => one.TrainingCount), Is.All.Null);
    }

    [Test]
    public void Equals_SameAndOtherPredictions_ComparesContents()
    {
        var one = ScoredData.EvaluateImbalance(ScoredData.AsKeys([(0, 0), (0, 1), (1, 1), (1, 0)]));
        var same = ScoredData.EvaluateImbalance(ScoredData.AsKeys([(1, 0), (0, 1), (1, 1), (0, 0)]));
        // The same totals per class, but another confusion.
        var three = ScoredData.EvaluateImbalance(ScoredData.AsKeys([(0, 1), (1, 2), (2, 0)]));
        var reversed = ScoredData.EvaluateImbalance(ScoredData.AsKeys([(0, 2), (1, 0), (2, 1)]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(same, Is.EqualTo(one));
            Assert.That(same.GetHashCode(), Is.EqualTo(one.GetHashCode()));
            Assert.That(reversed, Is.Not.EqualTo(three));
        }
    }

    [Test]
    [SetCulture("de-DE")]
    public void ToString_ForeignCulture_PrintsAnAlignedInvariantTable()
    {
        (int, int)[] pairs = [(0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (2, 0)];
        var metrics = ScoredData.EvaluateImbalance(ScoredData.AsKeys(pairs, trainingCounts: TrainingCounts));
        string[] expected =
        [
            "class  train  test  recall  precision     F1",
            "cat      500     3   0.667      0.500  0.571",
            "dog      100     2   0.500      0.500  0.500",
            "fox       20     1   0.000      0.000  0.000",
            "elk       19     0       -      0.000      -",
            "",
            "micro accuracy           0.500",
            "macro accuracy           0.389",
            "G-mean                   0.000",
            "macro F1                 0.357",
            "recall, many (> 100)     0.667",
            "recall, medium (20-100)  0.250",
            "recall, few (< 20)           -",
        ];
        Assert.That(metrics.ToString().Split(Environment.NewLine), Is.EqualTo(expected));
    }
}

using MLNet.Procrustean.Corrections.Ternary;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

public sealed class ClassLogitsTests
{
    private const int Images = 40;

    [Test]
    public void Of_Logits_FollowsTheDefinition([Values] TernaryObjective objective, [Values(2, 3, 6)] int classes)
    {
        var (logits, labels) = Drawn(classes, seed: 1);
        Assert.That(
            ObjectiveValue.Of(objective, logits, labels),
            Is.EqualTo(NaiveObjective.Of(objective, NaiveObjective.ByImage(logits), labels)).Within(1e-12)
        );
    }

    [Test]
    public void Of_ClassesWithoutAHit_CountHalfAnImage()
    {
        double[][] logits =
        [
            [2, 2, 2, 2],
            [0, 0, 0, 0],
            [1, 1, 1, 1],
        ];
        Assert.That(
            ObjectiveValue.Of(TernaryObjective.GeometricMean, logits, [0, 0, 1, 2]),
            Is.EqualTo(1 - Math.Pow(1 * 0.5 * 0.5, 1 / 3.0)).Within(1e-12)
        );
    }

    // Small whole numbers, so that many logits are equal.
    [Test]
    public void With_OtherLogitsOfAClass_IsTheObjectiveOfAll(
        [Values] TernaryObjective objective,
        [Values(2, 3, 6)] int classes,
        [Values] bool whole
    )
    {
        var (logits, labels) = Drawn(classes, seed: 2, whole);
        var kept = ClassLogits.Of(objective, [.. logits.Select(row => row.ToArray())], labels);
        var random = new Random(3);
        for (var round = 0; round < 30; round++)
        {
            var c = random.Next(classes);
            var column = Column(random, whole);
            var before = logits[c];
            logits[c] = column;
            Assert.That(
                kept.With(c, column),
                Is.EqualTo(NaiveObjective.Of(objective, NaiveObjective.ByImage(logits), labels)).Within(1e-12),
                $"round {round}"
            );
            if (round % 3 == 0)
            {
                kept.Replace(c, column);
            }
            else
            {
                logits[c] = before;
            }
        }
    }

    [Test]
    public void With_LogitsFarApart_StaysFinite()
    {
        double[][] logits =
        [
            [900, -900],
            [-900, 900],
            [0, 0],
        ];
        var kept = ClassLogits.Of(TernaryObjective.CrossEntropy, logits, [0, 0]);
        Assert.That(kept.With(0, [900, -900]), Is.EqualTo(1800 / 2.0).Within(1e-9));
        Assert.That(kept.With(0, [-2000, 2000]), Is.EqualTo(2000 / 2.0).Within(1e-9), "0 − (−2000) for the first, 0 for the second");
    }

    private static (double[][] Logits, int[] Labels) Drawn(int classes, int seed, bool whole = false)
    {
        var random = new Random(seed);
        double[][] logits = [.. Enumerable.Range(0, classes).Select(_ => Column(random, whole))];
        return (logits, [.. Enumerable.Range(0, Images).Select(b => b % 5 == 0 ? random.Next(classes) : 0)]);
    }

    private static double[] Column(Random random, bool whole) =>
        [.. Enumerable.Range(0, Images).Select(_ => whole ? random.Next(4) : (random.NextDouble() * 8) - 4)];
}

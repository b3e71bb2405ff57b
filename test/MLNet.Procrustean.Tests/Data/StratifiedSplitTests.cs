using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Tests.Data;

public sealed class StratifiedSplitTests
{
    [Test]
    public void Choose_RandomLabels_TakesTheRoundedShareOfEachClass(
        [Values(0.05, 0.2, 0.5, 0.95)] double fraction,
        [Values(1, 2, 3)] int seed
    )
    {
        var labels = RandomLabels(seed);
        var chosen = StratifiedSplit.Choose(labels, fraction, seed);
        for (var label = 0; label < 6; label++)
        {
            int rows = 0,
                taken = 0;
            for (var row = 0; row < labels.Length; row++)
            {
                rows += labels[row] == label ? 1 : 0;
                taken += labels[row] == label && chosen[row] ? 1 : 0;
            }

            var share = (int)Math.Floor((fraction * rows) + 0.5);
            Assert.That(taken, Is.EqualTo(Math.Min(Math.Max(share, 1), rows - 1)));
        }
    }

    [Test]
    public void Choose_ClassesRenamedAndReordered_TakesTheSameRows()
    {
        var labels = RandomLabels(seed: 4);
        string[] names = ["zebra", "yak", "ant", "mole", "bee", "cow"];
        Assert.That(
            StratifiedSplit.Choose([.. labels.Select(label => names[label])], 0.3, seed: 7),
            Is.EqualTo(StratifiedSplit.Choose(labels, 0.3, seed: 7))
        );
    }

    [Test]
    public void Choose_SameAndOtherSeed_RepeatsAndDiffers()
    {
        var labels = RandomLabels(seed: 5);
        var chosen = StratifiedSplit.Choose(labels, 0.3, seed: 7);
        Assert.That(StratifiedSplit.Choose(labels, 0.3, seed: 7), Is.EqualTo(chosen));
        Assert.That(StratifiedSplit.Choose(labels, 0.3, seed: 8), Is.Not.EqualTo(chosen));
    }

    // Random(1) gives 0.25, 0.11, 0.47, 0.77, 0.66 and then 0.43, 0.35, 0.94, 0.10, 0.64. The choice must be the same
    // in every version and on every platform, so that test images of one version do not become training images of the next.
    [Test]
    public void Choose_KnownSeed_GivesTheKnownRows()
    {
        var chosen = StratifiedSplit.Choose([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 0.4, seed: 1);
        Assert.That(Enumerable.Range(0, 10).Where(row => chosen[row]).ToArray(), Is.EqualTo(new[] { 0, 1, 6, 8 }));
    }

    [Test]
    public void Choose_EveryRow_IsTakenEquallyOften()
    {
        var labels = Enumerable.Repeat(0, 10).ToArray();
        var times = new int[10];
        for (var seed = 0; seed < 2000; seed++)
        {
            var chosen = StratifiedSplit.Choose(labels, 0.3, seed);
            for (var row = 0; row < 10; row++)
            {
                times[row] += chosen[row] ? 1 : 0;
            }
        }

        Assert.That(times, Is.All.InRange(500, 700));
    }

    [Test]
    public void Choose_ClassOfOneRow_NamesTheClass() =>
        Assert.That(
            () => StratifiedSplit.Choose(["cat", "dog", "cat"], 0.5, seed: 1),
            Throws.ArgumentException.With.Message.Contains("Class 'dog' has only one row")
        );

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(-0.1)]
    [TestCase(double.NaN)]
    public void Choose_FractionOutOfRange_Refuses(double fraction) =>
        Assert.That(() => StratifiedSplit.Choose([0, 0], fraction, seed: 1), Throws.TypeOf<ArgumentOutOfRangeException>());

    // Class sizes from 2 to about 60.
    private static int[] RandomLabels(int seed)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, 6).SelectMany(label => Enumerable.Repeat(label, 2 + random.Next(1 + (label * 12))))];
        random.Shuffle(labels);
        return labels;
    }
}

using MLNet.Procrustean.Diagnostics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class ClassSampleTests
{
    private static readonly long[] Labels = [.. Enumerable.Range(0, 60).Select(row => row % 10 == 0 ? 2L : row % 2)];

    [Test]
    public void Draw_FrequentAndRareClasses_TakesAtMostSoManyOfEach()
    {
        var rows = Draw(Labels, 9, seed: 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Is.Ordered.And.Unique);
            Assert.That(
                rows.CountBy(row => Labels[row]).OrderBy(pair => pair.Key).Select(pair => pair.Value),
                Is.EqualTo(new[] { 9, 9, 6 })
            );
        }
    }

    [Test]
    public void Draw_Seeds_DecideWhichRows()
    {
        var rows = Draw(Labels, 9, seed: 1);
        Assert.That(Draw(Labels, 9, seed: 1), Is.EqualTo(rows));
        Assert.That(Draw(Labels, 9, seed: 2), Is.Not.EqualTo(rows));
    }

    [Test]
    public void Draw_OtherClassNumbers_TakesTheSameRows() =>
        Assert.That(Draw([.. Labels.Select(label => (label + 1) % 3)], 9, seed: 1), Is.EqualTo(Draw(Labels, 9, seed: 1)));

    [Test]
    public void Draw_ManySeeds_TakesEachRowAboutEquallyOften()
    {
        var often = Enumerable.Range(0, 300).SelectMany(seed => Draw(Labels, 9, seed)).CountBy(row => row).ToDictionary();
        // 24 rows, 9 taken: 112.5 expected
        var zeros = Enumerable.Range(0, 60).Where(row => Labels[row] == 0).Select(row => (double)often[row]).ToList();
        Assert.That(zeros, Is.All.InRange(70, 155)); // 5 standard deviations
    }

    private static long[] Draw(long[] labels, int perClass, int seed) => ClassSample.Draw(labels, perClass, new Generator((ulong)seed));
}

namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class LongTailTests
{
    [TestCase(10, 5000, 10, 20431, 27500)]
    [TestCase(10, 5000, 100, 12406, 25250)]
    [TestCase(10, 5000, 200, 11203, 25125)]
    [TestCase(100, 500, 10, 19573, 27500)]
    [TestCase(100, 500, 100, 10847, 25250)]
    [TestCase(100, 500, 200, 9502, 25100)]
    public void Counts_CifarSets_HaveTheTotalsOfTheField(int classes, int largest, double ratio, int longTailed, int step)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(LongTail.Counts(classes, largest, ratio).Sum(), Is.EqualTo(longTailed));
            Assert.That(LongTail.StepCounts(classes, largest, ratio).Sum(), Is.EqualTo(step));
        }
    }

    // What Python 3 prints for [int(n * (1 / r) ** (i / (C - 1.0))) for i in range(C)].
    [TestCase(5000, 100, new[] { 5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50 })]
    [TestCase(5000, 1000, new[] { 5000, 500, 50, 5 })]
    [TestCase(1000, 100, new[] { 1000, 562, 316, 177, 100, 56, 31, 17, 10 })]
    [TestCase(3000, 50, new[] { 3000, 2349, 1839, 1440, 1128, 883, 691, 541, 424, 332, 260, 203, 159, 124, 97, 76, 60 })]
    [TestCase(49, 49, new[] { 49, 7, 0 })]
    [TestCase(729, 729, new[] { 729, 243, 81, 27, 9, 2, 0 })]
    [TestCase(70, 1, new[] { 70, 70, 70 })]
    public void Counts_KnownCases_AreThoseOfPython(int largest, double ratio, int[] expected) =>
        Assert.That(LongTail.Counts(expected.Length, largest, ratio), Is.EqualTo(expected));

    [TestCase(49, 49, new[] { 49, 1 })]
    [TestCase(70, 7.5, new[] { 70, 70, 9, 9, 9 })]
    [TestCase(5, 10, new[] { 5, 5, 0, 0 })]
    public void StepCounts_KnownCases_RoundDownTheClassesAndTheImages(int largest, double ratio, int[] expected) =>
        Assert.That(LongTail.StepCounts(expected.Length, largest, ratio), Is.EqualTo(expected));

    [TestCase(1, 10, 10, "classes")]
    [TestCase(2, 0, 10, "largestClass")]
    [TestCase(2, 10, 0.99, "imbalanceRatio")]
    [TestCase(2, 10, double.NaN, "imbalanceRatio")]
    [TestCase(2, 10, double.PositiveInfinity, "imbalanceRatio")]
    public void Counts_OutOfRange_AreRefused(int classes, int largest, double ratio, string name)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => LongTail.Counts(classes, largest, ratio),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(name)
            );
            Assert.That(
                () => LongTail.StepCounts(classes, largest, ratio),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(name)
            );
        }
    }
}

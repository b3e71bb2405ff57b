using MLNet.Procrustean.Onnx.Quantization;

namespace MLNet.Procrustean.Onnx.Tests.Quantization;

public sealed class RangeRuleTests
{
    private static readonly float[] Numbers = BellWithOutliers();
    private static readonly Histogram Counted = Count(Numbers);

    [Test]
    public void Whole_CoversAllNumbers() => Assert.That(RangeRule.Whole.RangeOf(Counted), Is.EqualTo((Numbers.Min(), Numbers.Max())));

    [Test]
    public void Percentile_LeavesATenThousandthOut()
    {
        var (lowest, highest) = RangeRule.Percentile.RangeOf(Counted);

        var outside = Numbers.Count(number => number < lowest || number > highest);
        Assert.That(outside, Is.EqualTo(Numbers.Length / 10_000).Within(3));
    }

    [Test]
    public void Percentile_OfRectifiedNumbers_BeginsAtZero()
    {
        var (lowest, highest) = RangeRule.Percentile.RangeOf(Count([.. Numbers.Select(number => Math.Max(number, 0))]));

        Assert.That(lowest, Is.Zero);
        Assert.That(highest, Is.Positive.And.LessThan(Numbers.Max()));
    }

    [Test]
    public void SquaredError_IsTheLeastOfAllRanges()
    {
        var (lowest, highest) = RangeRule.SquaredError.RangeOf(Counted);

        var least = double.PositiveInfinity;
        for (var i = 1; i <= 8; i++)
        {
            for (var k = 1; k <= 8; k++)
            {
                least = Math.Min(least, Error(Numbers.Min() * i / 8, Numbers.Max() * k / 8));
            }
        }

        Assert.That(Error(lowest, highest), Is.LessThan(1.02 * least));
        Assert.That(Error(lowest, highest), Is.LessThan(0.9 * Error(Numbers.Min(), Numbers.Max())));
    }

    [Test]
    public void RangeOf_ZerosAlone_IsZero() =>
        Assert.That(RangeRule.All.Select(rule => rule.RangeOf(Count(new float[10]))), Is.All.EqualTo((0f, 0f)));

    private static double Error(float lowest, float highest)
    {
        var scale = ByteScale.Of(lowest, highest);
        return Numbers.Sum(number => Math.Pow(number - scale.Rounded(number), 2));
    }

    private static Histogram Count(float[] numbers)
    {
        var histogram = new Histogram();
        histogram.Add(numbers);
        return histogram;
    }

    // 100,000 numbers near 0 and a few far from it.
    private static float[] BellWithOutliers()
    {
        var random = new Random(11);
        var bell = Enumerable.Range(0, 100_000).Select(_ => Enumerable.Range(0, 6).Sum(_ => random.NextSingle() - 0.5f));
        return [.. bell, 20, -9, 14];
    }
}

using MLNet.Procrustean.Onnx.Quantization;

namespace MLNet.Procrustean.Onnx.Tests.Quantization;

public sealed class HistogramTests
{
    [Test]
    public void Add_NumbersOfGrowingRange_CountsEachNearItsPlace()
    {
        var histogram = new Histogram();
        var random = new Random(7);
        var values = Enumerable.Range(0, 4000).Select(i => (random.NextSingle() - 0.3f) * (1 + (i / 40))).ToArray();

        foreach (var part in values.Chunk(70))
        {
            histogram.Add(part);
        }

        var width = (values.Max() - values.Min()) / 1000;
        var counted = histogram.Bins.SelectMany(bin => Enumerable.Repeat(bin.Value, (int)bin.Count)).ToArray();
        Assert.That(counted, Has.Length.EqualTo(values.Length));
        Assert.That(counted.Zip(values.Order(), (bin, value) => Math.Abs(bin - value)), Is.All.LessThan(width));
        Assert.That((histogram.Lowest, histogram.Highest), Is.EqualTo((values.Min(), values.Max())));
    }

    [Test]
    public void Add_TheEndsOfTheRange_CountsThem()
    {
        var histogram = new Histogram();

        histogram.Add([1f, -1f, 4f, -4f, 0f]);

        Assert.That(histogram.Bins.Sum(bin => bin.Count), Is.EqualTo(5));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void Add_NotFinite_IsRefused(float value) =>
        Assert.That(() => new Histogram().Add([1, value, 2]), Throws.InvalidOperationException.With.Message.Contains("not finite"));
}

using MLNet.Procrustean.Report.Plots;

namespace MLNet.Procrustean.Tests.Report;

/// <summary>Lines over many epochs are drawn by medians of consecutive ones.</summary>
public sealed class EpochMediansTests
{
    [Test]
    public void Of_AtMost40Points_AreThePoints([Values(1, 2, 40)] int count)
    {
        var points = Points(count, epoch => epoch * epoch);
        Assert.That(EpochMedians.Of(points), Is.EqualTo(points.Select(point => ((double)point.Epoch, point.Value))));
    }

    [Test]
    public void Of_200Points_AreTheMediansOf5EachAtTheirMiddle()
    {
        // Of 1..5: 0, 1, 1, 1, 100, whose mean would be 20.6.
        var points = Points(200, epoch => (epoch % 5) switch
            {
                1 => 0,
                0 => 100,
                _ => epoch / 5,
            });
        var expected = Enumerable.Range(0, 40).Select(group => ((double)((5 * group) + 3), (double)group));
        Assert.That(EpochMedians.Of(points), Is.EqualTo(expected));
    }

    [Test]
    public void Of_41Points_ArePairsAndTheLast()
    {
        var drawn = EpochMedians.Of(Points(41, epoch => epoch));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(drawn, Has.Count.EqualTo(21));
            Assert.That(drawn[0], Is.EqualTo((1.5, 1.5)));
            Assert.That(drawn[^1], Is.EqualTo((41.0, 41.0)));
        }
    }

    [Test]
    public void Of_ValuesThatAreNotFinite_DoNotCount()
    {
        var drawn = EpochMedians.Of(Points(80, epoch => epoch <= 2 ? double.NaN
                : epoch == 3 ? double.PositiveInfinity
                : epoch));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(drawn[0].Value, Is.NaN);
            Assert.That(drawn[1].Value, Is.EqualTo(4));
        }
    }

    private static List<(int Epoch, double Value)> Points(int count, Func<int, double> value) =>
        [.. Enumerable.Range(1, count).Select(epoch => (epoch, value(epoch)))];
}

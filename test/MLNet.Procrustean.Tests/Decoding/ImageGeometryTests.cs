using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ImageGeometryTests
{
    [Test]
    public void CenterCrop_AtItsOwnSize_TakesExactlyTheMiddle([Values(16, 17, 40, 41)] int length, [Values] bool upright)
    {
        var (width, height) = upright ? (16, length) : (length, 16);
        var decoded = Decode(width, height, (x, y) => (byte)(5 * x + y), 16, AspectRatio.CenterCrop);
        var (left, top) = ((width - 16) / 2, (height - 16) / 2);
        Assert.That(decoded, Is.EqualTo(Square(16, (x, y) => (byte)(5 * (left + x) + top + y))));
    }

    [TestCase(16)]
    [TestCase(40)]
    public void CenterCrop_WhenResized_TakesNothingFromOutside(int size)
    {
        var decoded = Decode(90, 30, (x, _) => (byte)(x is >= 30 and < 60 ? 200 : 0), size, AspectRatio.CenterCrop);
        Assert.That(decoded, Is.All.EqualTo(200));
    }

    [Test]
    public void Pad_AtItsOwnSize_PutsTheImageInTheMiddleOfBlack([Values(1, 9, 10, 20)] int shorter, [Values] bool upright)
    {
        var (width, height) = upright ? (shorter, 20) : (20, shorter);
        var (left, top) = ((20 - width) / 2, (20 - height) / 2);
        var decoded = Decode(width, height, Value, 20, AspectRatio.Pad);
        Assert.That(
            decoded,
            Is.EqualTo(
                Square(20, (x, y) => x >= left && x < left + width && y >= top && y < top + height ? Value(x - left, y - top) : (byte)0)
            )
        );

        static byte Value(int x, int y) => (byte)(100 + 5 * x + y);
    }

    [Test]
    public void Pad_OfAThread_KeepsOneRow()
    {
        var decoded = Decode(1000, 1, (_, _) => 200, 8, AspectRatio.Pad);
        Assert.That(decoded, Is.EqualTo(Square(8, (_, y) => (byte)(y == 3 ? 200 : 0))));
    }

    [Test]
    public void Squash_OfHalves_StretchesBoth()
    {
        var decoded = Decode(8, 64, (_, y) => (byte)(y < 32 ? 50 : 150), 16, AspectRatio.Squash);
        Assert.That(decoded.Take(7 * 16), Is.All.EqualTo(50));
        Assert.That(decoded.Skip(9 * 16), Is.All.EqualTo(150));
    }

    private static byte[] Decode(int width, int height, Func<int, int, byte> grey, int size, AspectRatio aspect) =>
        Decoded.Of(
            TestImages.GreyPng(width, height, grey),
            new ImageShape
            {
                Size = size,
                Channels = 1,
                Aspect = aspect,
            },
            "test"
        );

    private static IEnumerable<byte> Square(int size, Func<int, int, byte> value) =>
        Enumerable.Range(0, size * size).Select(i => value(i % size, i / size));
}

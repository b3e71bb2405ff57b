using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ImageResamplingTests
{
    [TestCase(32 * 4)]
    [TestCase(32 * 7)]
    [TestCase(32 * 2)]
    [TestCase(80)]
    [TestCase(100)]
    public void Decode_CheckerboardOfPixelsShrunk_IsUniformGrey(int length)
    {
        var decoded = Grey(TestImages.GreyPng(length, length, (x, y) => (byte)((x + y) % 2 * 255)), 32);
        Assert.That(decoded, Is.All.EqualTo(127.5).Within(3)); // the corners average fewer pixels
    }

    [Test]
    public void Decode_CheckerboardOfPixelsHardlyShrunk_HasNoStrongMoire()
    {
        var decoded = Grey(TestImages.GreyPng(300, 300, (x, y) => (byte)((x + y) % 2 * 255)), 224);
        Assert.That(decoded, Is.All.EqualTo(127.5).Within(32)); // bilinear: 124
    }

    [Test]
    public void Decode_AnySize_EqualsANaiveTriangleFilter([Values(37, 12, 90)] int width, [Values(23, 5, 64)] int height)
    {
        var decoded = Grey(TestImages.GreyPng(width, height, (x, y) => TestImages.Noise(x, y).Red), 12);
        for (var i = 0; i < decoded.Length; i++)
        {
            Assert.That(decoded[i], Is.EqualTo(Naive(width, height, i % 12, i / 12, 12)).Within(0.51), $"pixel {i}");
        }
    }

    [TestCase(AspectRatio.Squash)]
    [TestCase(AspectRatio.CenterCrop)]
    [TestCase(AspectRatio.Pad)]
    public void Decode_JpegScaledByItsDecoder_AgreesWithFullDecode(AspectRatio aspect)
    {
        var jpeg = TestImages.Jpeg(401, 299, TestImages.Photo);
        var shape = new ImageShape { Size = 64, Aspect = aspect };
        var scaled = Decoded.Of(jpeg, shape, "test");
        var full = Decoded.Of(TestImages.AsPng(jpeg), shape, "test");
        Assert.That(scaled, Is.EqualTo(full).Within(3));
    }

    private static byte[] Grey(byte[] encoded, int size) => Decoded.Of(encoded, new ImageShape { Size = size, Channels = 1 }, "test");

    private static double Naive(int width, int height, int column, int row, int size)
    {
        var (sum, weights) = (0.0, 0.0);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var weight = Triangle(x, column, (double)width / size) * Triangle(y, row, (double)height / size);
                sum += weight * TestImages.Noise(x, y).Red;
                weights += weight;
            }
        }

        return sum / weights;
    }

    private static double Triangle(int from, int to, double step) =>
        Math.Max(0, 1 - Math.Abs(from + 0.5 - (to + 0.5) * step) / Math.Max(1, step));
}

using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ImageOrientationTests
{
    private static readonly byte[] Png = TestImages.Png(32, 32, TestImages.Noise);
    private static readonly byte[] Webp = TestImages.Webp(32, 32, TestImages.Noise);

    private static readonly Dictionary<string, (byte[] Stored, Func<byte[], byte[]> WithExif)> ContainerOf = new()
    {
        ["PNG"] = (Png, block => ExifImages.Png(Png, block)),
        ["PNG, after the pixels"] = (Png, block => ExifImages.PngAtTheEnd(Png, block)),
        ["WebP"] = (Webp, block => ExifImages.Webp(Webp, 32, 32, block)),
        ["WebP with the prefix"] = (Webp, block => ExifImages.Webp(Webp, 32, 32, [.. ExifImages.Prefix, .. block])),
    };

    private static IEnumerable<string> Containers => ContainerOf.Keys;

    [Test]
    public void Decode_ExifOrientationOfASquare_MovesEveryPixel([Range(1, 8)] int orientation)
    {
        var shape = new ImageShape { Size = 32, Channels = 1 };
        var jpeg = TestImages.Jpeg(32, 32, TestImages.Noise);
        var upright = Upright(Rows(Decoded.Of(jpeg, shape, "test"), 32), orientation);
        var decoded = Decoded.Of(HandmadeImages.WithOrientation(jpeg, orientation), shape, "test");
        Assert.That(decoded, Is.EqualTo(upright.SelectMany(row => row)));
    }

    [Test]
    public void Decode_ExifOrientationOfAnOblong_EqualsThePictureStoredUpright(
        [Range(1, 8)] int orientation,
        [Values] AspectRatio aspect,
        [Values(16, 20)] int size
    )
    {
        var shape = new ImageShape
        {
            Size = size,
            Channels = 1,
            Aspect = aspect,
        };
        var jpeg = TestImages.Jpeg(51, 24, (x, y) => TestImages.Photo(7 * x, 5 * y), 100);
        var stored = Enumerable.Range(0, 24).Select(y => Enumerable.Range(0, 51).Select(x => Grey(7 * x, 5 * y)).ToArray()).ToArray();
        var upright = Upright(stored, orientation);
        var expected = Decoded.Of(TestImages.GreyPng(upright[0].Length, upright.Length, (x, y) => upright[y][x]), shape, "test");
        var decoded = Decoded.Of(HandmadeImages.WithOrientation(jpeg, orientation), shape, "test");
        Assert.That(decoded, Is.EqualTo(expected).Within(12)); // JPEG's own loss; a wrong turn is off by more than 100
    }

    [Test]
    public void Decode_ExifOrientationOfAnyContainer_MovesEveryPixel(
        [ValueSource(nameof(Containers))] string container,
        [Range(1, 8)] int orientation,
        [Values] bool little
    )
    {
        var shape = new ImageShape { Size = 32, Channels = 1 };
        var (stored, withExif) = ContainerOf[container];
        var upright = Upright(Rows(Decoded.Of(stored, shape, "test"), 32), orientation);
        var decoded = Decoded.Of(withExif(ExifImages.Block((uint)orientation, little)), shape, "test");
        Assert.That(decoded, Is.EqualTo(upright.SelectMany(row => row)));
    }

    private static byte Grey(int x, int y)
    {
        var color = TestImages.Photo(x, y);
        return (byte)Math.Round(0.299 * color.Red + 0.587 * color.Green + 0.114 * color.Blue);
    }

    private static byte[][] Upright(byte[][] stored, int orientation) =>
        orientation switch
        {
            1 => stored,
            2 => Mirror(stored),
            3 => TurnRight(TurnRight(stored)),
            4 => Mirror(TurnRight(TurnRight(stored))),
            5 => Mirror(TurnRight(stored)),
            6 => TurnRight(stored),
            7 => TurnRight(Mirror(stored)),
            _ => TurnRight(TurnRight(TurnRight(stored))),
        };

    private static byte[][] Mirror(byte[][] rows) => [.. rows.Select(row => row.Reverse().ToArray())];

    private static byte[][] TurnRight(byte[][] rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Reverse().Select(row => row[column]).ToArray())];

    private static byte[][] Rows(byte[] bytes, int size) => [.. bytes.Chunk(size)];
}

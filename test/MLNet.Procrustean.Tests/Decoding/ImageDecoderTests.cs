using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;
using SkiaSharp;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ImageDecoderTests
{
    private static readonly ImageShape Color = new() { Size = 16 };
    private static readonly ImageShape Grey = new() { Size = 16, Channels = 1 };

    [Test]
    public void Decode_LosslessFormatsOfTheSameSize_AreBitExact()
    {
        var expected = TestImages.Bytes(16, 16, TestImages.Noise);
        Assert.That(Decode(TestImages.Png(16, 16, TestImages.Noise)), Is.EqualTo(expected), "PNG");
        Assert.That(Decode(TestImages.Webp(16, 16, TestImages.Noise)), Is.EqualTo(expected), "WebP");
        Assert.That(Decode(HandmadeImages.Bmp(16, 16, TestImages.Noise)), Is.EqualTo(expected), "BMP");
    }

    [Test]
    public void Decode_PaletteImages_GiveThePaletteColors()
    {
        var expected = TestImages.Bytes(16, 16, (x, y) => Palette(Index(x, y)));
        Assert.That(Decode(HandmadeImages.Gif(16, 16, Index, Palette)), Is.EqualTo(expected), "GIF");
        Assert.That(Decode(HandmadeImages.PalettePng(16, 16, Index, Palette)), Is.EqualTo(expected), "PNG");
    }

    [Test]
    public void Decode_TransparentPaletteEntry_IsWhite() =>
        Assert.That(Decode(HandmadeImages.PalettePng(16, 16, (_, _) => 0, Palette)), Is.All.EqualTo(255));

    [Test]
    public void Decode_GreyImageInColor_RepeatsTheGrey()
    {
        var expected = TestImages.Bytes(16, 16, (x, y) => new SKColor(Index(x, y), Index(x, y), Index(x, y)));
        Assert.That(Decode(TestImages.GreyPng(16, 16, Index)), Is.EqualTo(expected));
    }

    [Test]
    public void Decode_GreyImageInGrey_IsBitExact() =>
        Assert.That(
            Decoded.Of(TestImages.GreyPng(16, 16, Index), Grey, "test"),
            Is.EqualTo(Enumerable.Range(0, 256).Select(i => Index(i % 16, i / 16)))
        );

    [Test]
    public void Decode_ColorInGrey_IsTheLumaOfRec601()
    {
        var expected = Enumerable
            .Range(0, 256)
            .Select(i => TestImages.Noise(i % 16, i / 16))
            .Select(c => Math.Round(0.299 * c.Red + 0.587 * c.Green + 0.114 * c.Blue));
        Assert.That(Decoded.Of(TestImages.Png(16, 16, TestImages.Noise), Grey, "test"), Is.EqualTo(expected).Within(0));
    }

    [TestCase(0)]
    [TestCase(64)]
    [TestCase(128)]
    [TestCase(255)]
    public void Decode_Alpha_IsCompositedOverWhite(byte alpha)
    {
        var expected = TestImages.Bytes(16, 16, TestImages.Noise).Select(value => (value * alpha + 255.0 * (255 - alpha)) / 255);
        var decoded = Decode(TestImages.Png(16, 16, (x, y) => TestImages.Noise(x, y).WithAlpha(alpha)));
        Assert.That(decoded, Is.EqualTo(expected).Within(alpha == 255 ? 0 : 1)); // premultiplied colours are whole numbers
    }

    [Test]
    public void Decode_JpegOfTheSameSize_IsCloseToTheOriginal() =>
        Assert.That(
            Decode(TestImages.Jpeg(16, 16, TestImages.Photo, 100)),
            Is.EqualTo(TestImages.Bytes(16, 16, TestImages.Photo)).Within(6)
        );

    [TestCase(255)]
    [TestCase(100)]
    public void Decode_PathBytesAndMLImage_Agree(byte alpha)
    {
        var png = TestImages.Png(40, 30, (x, y) => TestImages.Noise(x, y).WithAlpha(alpha));
        using var folder = new TemporaryFolder();
        using var image = MLImage.CreateFromStream(new MemoryStream(png));
        var fromBytes = Decode(png);
        Assert.That(Decoded.Of(folder.Write("image.png", png), Color), Is.EqualTo(fromBytes), "path");
        Assert.That(Decoded.Of(image, Color, "test"), Is.EqualTo(fromBytes), "MLImage");
        Assert.That(image.Width, Is.EqualTo(40), "not disposed");
    }

    [TestCase(MLPixelFormat.Rgba32)]
    [TestCase(MLPixelFormat.Bgra32)]
    public void Decode_MLImageWithoutAlphaInItsFourthByte_GivesItsColours(MLPixelFormat format)
    {
        byte[] Pixels(byte fourth) => [.. Enumerable.Range(0, 256).SelectMany(i => new[] { (byte)i, (byte)(2 * i), (byte)7, fourth })];
        using var frame = MLImage.CreateFromPixels(16, 16, format, Pixels(0));
        using var opaque = MLImage.CreateFromPixels(16, 16, format, Pixels(255));
        Assert.That(Decoded.Of(frame, Color, "frame"), Is.EqualTo(Decoded.Of(opaque, Color, "opaque")));
    }

    [TestCase(MLPixelFormat.Rgba32)]
    [TestCase(MLPixelFormat.Bgra32)]
    public void Decode_MLImageOfEitherOrder_GivesRedGreenBlue(MLPixelFormat format)
    {
        byte[] pixel = format == MLPixelFormat.Rgba32 ? [10, 20, 30, 255] : [30, 20, 10, 255];
        using var image = MLImage.CreateFromPixels(16, 16, format, [.. Enumerable.Repeat(pixel, 256).SelectMany(p => p)]);
        var expected = Enumerable.Repeat(new byte[] { 10, 20, 30 }, 256).SelectMany(p => p);
        Assert.That(Decoded.Of(image, Color, "test"), Is.EqualTo(expected));
    }

    [Test]
    public void Decode_InParallel_EqualsSerial()
    {
        var images = Enumerable
            .Range(0, 64)
            .Select(i => HandmadeImages.WithOrientation(TestImages.Jpeg(60 + i, 50, (x, y) => TestImages.Photo(x + i, y)), i % 8 + 1))
            .ToArray();
        var serial = Array.ConvertAll(images, Decode);
        var parallel = new byte[images.Length][];
        Parallel.For(0, images.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => parallel[i] = Decode(images[i]));
        Assert.That(parallel, Is.EqualTo(serial));
    }

    /// <summary>
    /// A thread decodes small images into the same memory, one after the other: the pixels of the first must not show where the next
    /// picture covers only a part of its canvas.
    /// </summary>
    [Test]
    public void Decode_PictureSmallerThanItsCanvasAfterAnother_IsWhiteAroundIt()
    {
        var gif = HandmadeImages.Gif(16, 16, Index, Palette);
        (gif[6], gif[8]) = (32, 32); // width and height of the canvas
        Decode(TestImages.Png(64, 64, TestImages.Noise));
        var square = Decoded.Of(gif, new ImageShape { Size = 32 }, "test");
        var outside = Enumerable
            .Range(0, 32 * 32)
            .Where(pixel => pixel % 32 >= 16 || pixel / 32 >= 16)
            .SelectMany(pixel => square[(3 * pixel)..((3 * pixel) + 3)]);
        Assert.That(outside, Is.All.EqualTo(255));
        Assert.That(square.Take(3 * 16), Is.EqualTo(Decode(HandmadeImages.Gif(16, 16, Index, Palette)).Take(3 * 16)));
    }

    private static byte[] Decode(byte[] encoded) => Decoded.Of(encoded, Color, "test");

    private static byte Index(int x, int y) => (byte)Math.Max(1, (x * 16 + y * 3) % 256);

    private static SKColor Palette(int index) => new((byte)index, (byte)(255 - index), (byte)(index * 7));
}

using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.Fuzzing;
using SkiaSharp;

namespace MLNet.Procrustean.Tests.Decoding;

/// <summary>Images of every format damaged at random.</summary>
public sealed class ImageFuzzTests
{
    private const string Decoded = "decoded";
    private const string Refused = "refused";

    private static readonly byte[][] Whole =
    [
        TestImages.Jpeg(48, 32, TestImages.Photo),
        TestImages.Jpeg(40, 56, TestImages.Noise, quality: 30),
        HandmadeImages.WithOrientation(TestImages.Jpeg(33, 17, TestImages.Noise), 6),
        ImageBombs.Jpeg(64, 48, channels: 3, refiningScans: 12),
        TestImages.Png(48, 32, TestImages.Noise),
        TestImages.GreyPng(32, 32, (x, y) => (byte)(x * y)),
        HandmadeImages.PalettePng(40, 24, (x, y) => (byte)(x + y), Grey),
        ImageBombs.InterlacedPng(24),
        HandmadeImages.WithChunk(TestImages.Png(20, 20, TestImages.Noise), "zTXt"u8, [.. "key\0\0"u8, .. ImageBombs.Zeros(1)]),
        HandmadeImages.Bmp(37, 29, TestImages.Noise),
        HandmadeImages.Gif(40, 30, (x, y) => (byte)(x ^ y), Grey),
        TestImages.Webp(48, 32, TestImages.Noise),
        TestImages.Webp(48, 32, TestImages.Photo, quality: 60),
        TestImages.Webp(30, 30, (x, y) => TestImages.Photo(x, y).WithAlpha((byte)(x * 8)), quality: 50),
        ImageBombs.WebpCanvas(32, 32),
        ExifImages.Png(TestImages.Png(18, 11, TestImages.Noise), ExifImages.Block(6, little: true)),
        ExifImages.PngAtTheEnd(TestImages.Png(11, 18, TestImages.Noise), ExifImages.BlockWithExifDirectory(8)),
        ExifImages.Webp(TestImages.Webp(16, 9, TestImages.Photo, quality: 50), 16, 9, [.. ExifImages.Prefix, .. ExifImages.Block(3)]),
        HandmadeBmps.OfMasks(56, 16, 3, [0x7C00, 0x3E0, 0x1F, 0x8000], [0x8000, 0xFFFF, 0x7C00, 0xFC00]),
        HandmadeBmps.OfMasks(124, 32, 3, [0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000], [0xC0000000, 0xFFFFFFFF, 0x12345678]),
        HandmadeBmps.OfPalette(12, 8, 252, [0, 1, 2, 3]),
    ];

    [TestCase(2_000, 1)]
    [Category(FaultsTried.Category)]
    public void Decode_MutatedImage_DecodesOrRefuses(int inputs, int seed) => Fuzz(inputs, seed);

    [TestCase(100_000, 2)]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to the decoder.")]
    public void Decode_MutatedImageOfMany_DecodesOrRefuses(int inputs, int seed) => Fuzz(inputs, seed);

    private static void Fuzz(int inputs, int seed)
    {
        const long mostManaged = 32 << 20; // a line of a million pixels, with the weights that shrink it
        var bombardment = new Bombardment(seed);
        AppContext.SetData(ImageDecoder.Setting, "1000000"); // without this limit, some inputs claim an image that takes a second to decode
        try
        {
            bombardment.Run(inputs, Mutated, DecodeOrRefuse, _ => mostManaged);
        }
        finally
        {
            AppContext.SetData(ImageDecoder.Setting, null);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bombardment.Of(Decoded), Is.GreaterThan(inputs / 20), "some changes do no harm");
            Assert.That(bombardment.Of(Refused), Is.GreaterThan(inputs / 4));
        }

        FaultsTried.Record(
            "Images",
            "JPEG, PNG, WebP, BMP and GIF changed at random",
            inputs,
            "refused with an ImageException, or a complete image of the right size; no crash, no hang"
        );
    }

    private static byte[] Mutated(Random random)
    {
        var whole = Whole[random.Next(Whole.Length)];
        var mutated = ByteMutations.Of(whole, Whole[random.Next(Whole.Length)], random);
        // with wrong checksums, the chunks of a PNG would be refused before they are decoded
        return random.Next(4) > 0 && mutated.AsSpan().StartsWith(ImageBombs.PngSignature) ? HandmadeImages.Resealed(mutated) : mutated;
    }

    private static string DecodeOrRefuse(byte[] encoded)
    {
        var random = new Random(encoded.Length);
        var shape = new ImageShape
        {
            Size = new[] { 8, 16, 33, 64 }[random.Next(4)],
            Channels = random.Next(2) == 0 ? 1 : 3,
            Aspect = Enum.GetValues<AspectRatio>()[random.Next(3)],
        };
        try
        {
            Assert.That(Support.Decoded.Of(encoded, shape, "here"), Has.Length.EqualTo(shape.Bytes));
            return Decoded;
        }
        catch (ImageException)
        {
            return Refused;
        }
    }

    private static SKColor Grey(int level) => new((byte)level, (byte)level, (byte)level);
}

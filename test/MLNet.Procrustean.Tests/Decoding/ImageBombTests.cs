using System.Diagnostics;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests.Decoding;

/// <summary>Small files that claim large images.</summary>
public sealed class ImageBombTests
{
    private const int Megabyte = 1 << 20;
    private static readonly ImageShape Shape = new() { Size = 32 };

    private static IEnumerable<TestCaseData> Claims()
    {
        static TestCaseData Named(string name, byte[] file) => new TestCaseData([file]).SetArgDisplayNames(name);
        var black = HandmadeImages.PalettePng(1, 1, (_, _) => 1, _ => default, claimedWidth: 60_000, claimedHeight: 60_000);
        return
        [
            Named("Png60000", black),
            Named("PngLine", HandmadeImages.PalettePng(1, 1, (_, _) => 1, _ => default, claimedWidth: 1_000_000, claimedHeight: 1_000)),
            Named("Gif60000", ImageBombs.Gif(60_000, 60_000)),
            Named("Bmp60000", ImageBombs.Bmp(60_000, 60_000)),
            Named("BmpTopDown", ImageBombs.Bmp(60_000, -60_000)),
            Named("BmpOfIntMax", ImageBombs.Bmp(int.MaxValue, int.MaxValue)),
            Named("WebpCanvas60000", ImageBombs.WebpCanvas(60_000, 60_000)),
            Named("Webp16383", ImageBombs.Webp(16_383, 16_383)),
            Named("Webp14000", ImageBombs.Webp(14_000, 14_000)),
            Named("Jpeg65500", WithSize(ImageBombs.Jpeg(64, 64), 65_500)),
            Named("JpegProgressive65500", WithSize(ImageBombs.Jpeg(64, 64, refiningScans: 4), 65_500)),
            Named("JpegProgressive14000OfFourChannels", ImageBombs.Jpeg(14_000, 14_000, channels: 4, refiningScans: 12)),
            Named("PngInterlaced14000", Interlaced(14_000)),
        ];

        static byte[] WithSize(byte[] jpeg, int side)
        {
            var frame = Math.Max(
                jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0, 0x00, 0x0B]),
                jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2, 0x00, 0x0B])
            );
            byte[] size = [(byte)(side >> 8), (byte)side];
            return [.. jpeg[..(frame + 5)], .. size, .. size, .. jpeg[(frame + 9)..]];
        }

        static byte[] Interlaced(int side)
        {
            var png = ImageBombs.InterlacedPng(16);
            byte[] size = [0, 0, (byte)(side >> 8), (byte)side];
            return HandmadeImages.Resealed([.. png[..16], .. size, .. size, .. png[24..]]);
        }
    }

    [TestCaseSource(nameof(Claims))]
    [Category(FaultsTried.Category)]
    public void Decode_ClaimOfTooManyPixels_IsRefusedUndecoded(byte[] file)
    {
        var clock = Stopwatch.StartNew();
        var peak = NativeMemory.PeakOf(() => Assert.That(() => Decoded.Of(file, Shape, "here"), Throws.TypeOf<ImageException>()));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(peak, Is.LessThan(64 * Megabyte));
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
        }

        FaultsTried.Record("Images", "small files that claim huge images", 1, "refused with an ImageException before a pixel is decoded");
    }

    private static IEnumerable<TestCaseData> Stuffed()
    {
        static TestCaseData Named(string name, byte[] file) => new TestCaseData([file]).SetArgDisplayNames(name);
        var png = TestImages.Png(16, 16, TestImages.Noise);
        var jpeg = TestImages.Jpeg(16, 16, TestImages.Noise);
        var zeros = ImageBombs.Zeros(300);
        return
        [
            Named("PngText", HandmadeImages.WithChunk(png, "zTXt"u8, [.. "key\0\0"u8, .. zeros])),
            Named("PngInternationalText", HandmadeImages.WithChunk(png, "iTXt"u8, [.. "key\0\u0001\0\0\0"u8, .. zeros])),
            Named("PngProfile", HandmadeImages.WithChunk(png, "iCCP"u8, [.. "key\0\0"u8, .. zeros])),
            Named("JpegExif", ImageBombs.WithSegments(jpeg, 0xE1, [.. "Exif\0\0"u8, .. new byte[65_000]], 300)),
            Named("JpegProfile", ImageBombs.WithSegments(jpeg, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 255, .. new byte[65_000]], 255)),
            Named("JpegComment", ImageBombs.WithSegments(jpeg, 0xFE, new byte[65_000], 300)),
        ];
    }

    [TestCaseSource(nameof(Stuffed))]
    [Category(FaultsTried.Category)]
    public void Decode_HugeMetadata_TakesMemoryInProportionToTheFile(byte[] file)
    {
        var clock = Stopwatch.StartNew();
        var peak = NativeMemory.PeakOf(() => Decoded.Of(file, Shape, "here"));
        using (Assert.EnterMultipleScope())
        {
            // the metadata decompresses to 300 MB and more; the constant leaves room for what the runtime allocates meanwhile
            Assert.That(peak, Is.LessThan((4 * file.LongLength) + (64 * Megabyte)));
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        }

        FaultsTried.Record(
            "Images",
            "metadata of hundreds of megabytes, compressed or not",
            1,
            "decoded; memory in proportion to the file"
        );
    }

    // Skia stops after a hundred scans.
    [TestCase(1_000)]
    [TestCase(10_000)]
    [Category(FaultsTried.Category)]
    public void Decode_JpegOfThousandsOfScans_IsRefusedSoon(int scans)
    {
        var clock = Stopwatch.StartNew();
        Assert.That(
            () => Decoded.Of(ImageBombs.Jpeg(1_000, 1_000, refiningScans: scans), Shape, "here"),
            Throws.TypeOf<ImageException>().With.Message.Contains("damaged")
        );
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        FaultsTried.Record("Images", "progressive JPEGs of thousands of scans", 1, "refused with an ImageException after a hundred scans");
    }

    [TestCase("3000000000", int.MaxValue / 4)] // what a span of bytes holds
    [TestCase("400000000", 400_000_000)]
    [TestCase(null, 200_000_000)]
    [TestCase("1e9", null)]
    [TestCase("0", null)]
    public void MaximumPixels_Setting_IsTakenOrRefused(string? set, int? expected)
    {
        AppContext.SetData(ImageDecoder.Setting, set);
        try
        {
            Assert.That(
                () => ImageDecoder.MaximumPixels,
                expected is null
                    ? Throws.InvalidOperationException.With.Message.Contains($"MaximumPixels is '{set}'; it must be a whole number")
                    : Is.EqualTo(expected)
            );
        }
        finally
        {
            AppContext.SetData(ImageDecoder.Setting, null);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Decode_LimitSetByTheApplication_Holds(bool fits)
    {
        AppContext.SetData(ImageDecoder.Setting, fits ? "256" : "255");
        try
        {
            IResolveConstraint expected = fits
                ? Throws.Nothing
                : Throws.TypeOf<ImageException>().With.Message.Contains("16 × 16").And.Message.Contains(ImageDecoder.Setting);
            Assert.That(() => Decoded.Of(TestImages.Png(16, 16, TestImages.Noise), Shape, "here"), expected);
        }
        finally
        {
            AppContext.SetData(ImageDecoder.Setting, null);
        }
    }

    // Each image takes 81 MB, more than the 64 MiB that glibc may keep for each thread, so that only its main heap can keep one.
    [Test]
    [Category(FaultsTried.Category)]
    public void Decode_LargeImagesOnManyThreads_TakesTheMemoryOfOne()
    {
        const int threads = 3;
        var large = ImageBombs.Gif(4_500, 4_500);
        var peak = NativeMemory.PeakOf(() =>
        {
            Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Decoded.Of(large, Shape, "here")))];
            Array.ForEach(all, thread => thread.Start());
            Array.ForEach(all, thread => thread.Join());
        });
        Assert.That(peak, Is.LessThan(200 * Megabyte), "one, and what the allocator may keep of those before");
        FaultsTried.Record(
            "Images",
            "files of 35 bytes that claim 20 million pixels, decoded on several threads at once",
            threads,
            "decoded one at a time, with the memory of one"
        );
    }

    private static IEnumerable<TestCaseData> Largest()
    {
        static TestCaseData Named(string name, Func<byte[]> make) => new TestCaseData(make).SetArgDisplayNames(name);
        return
        [
            Named("LargestGif", () => ImageBombs.Gif(14_000, 14_000)),
            Named("LargestBmp", () => ImageBombs.Bmp(14_000, 14_000)),
            Named("LargestPng", () => ImageBombs.Png(14_000, 14_000)),
            Named("WidestPng", () => ImageBombs.Png(1_000_000, 200)),
            Named("LargestInterlacedPng", () => ImageBombs.InterlacedPng(8_100)),
            Named("LargestWebp", () => ImageBombs.Webp(10_000, 10_000)),
            Named("LargestJpeg", () => ImageBombs.Jpeg(14_000, 14_000, channels: 3)),
            Named("LargestProgressiveJpeg", () => ImageBombs.Jpeg(9_900, 9_900, channels: 3, refiningScans: 100)),
            Named("LargestProgressiveJpegOfFourChannels", () => ImageBombs.Jpeg(9_900, 9_900, channels: 4, refiningScans: 12)),
        ];
    }

    [TestCaseSource(nameof(Largest))]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Takes 0.8 GB and some seconds each: run it after a change to the decoder.")]
    public void Decode_LargestOfAKind_TakesNoMoreThanItMay(Func<byte[]> make)
    {
        var file = make();
        var clock = Stopwatch.StartNew();
        var outcome = "decoded";
        var peak = NativeMemory.PeakOf(() =>
        {
            try
            {
                Decoded.Of(file, Shape, "here");
            }
            catch (ImageException problem)
            {
                outcome = problem.Message;
            }
        });
        TestContext.Out.WriteLine($"{file.Length} bytes: {peak / Megabyte} MiB, {clock.Elapsed.TotalSeconds:0.0} s: {outcome}");
        Assert.That(peak, Is.LessThan((4 * ImageDecoder.MaximumPixels) + (2 * file.Length) + (64 * Megabyte)));
        FaultsTried.Record(
            "Images",
            "small files that claim the largest images allowed",
            1,
            "decoded, or refused with an ImageException, with at most 0.8 GB"
        );
    }
}

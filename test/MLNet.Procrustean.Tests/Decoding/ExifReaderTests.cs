using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Decoding;

/// <summary>Finds the orientation in every container, however it is written, and nothing in damaged data.</summary>
public sealed class ExifReaderTests
{
    private const int Width = 24;
    private const int Height = 16;

    private static readonly byte[] Jpeg = TestImages.Jpeg(Width, Height, TestImages.Photo);
    private static readonly byte[] Png = TestImages.Png(Width, Height, TestImages.Noise);
    private static readonly byte[] LosslessWebp = TestImages.Webp(Width, Height, TestImages.Noise);
    private static readonly byte[] LossyWebp = TestImages.Webp(Width, Height, TestImages.Photo, quality: 60);

    private static readonly Dictionary<string, Func<byte[], byte[]>> ContainerOf = new()
    {
        ["JPEG"] = block => ExifImages.Jpeg(Jpeg, [.. ExifImages.Prefix, .. block]),
        ["JPEG after XMP"] = block => ExifImages.Jpeg(Jpeg, [.. "http://ns.adobe.com/xap/1.0/\0"u8], [.. ExifImages.Prefix, .. block]),
        ["JPEG after JFIF"] = block => [.. Jpeg[..20], .. ExifImages.Jpeg([0, 0], [.. ExifImages.Prefix, .. block])[2..], .. Jpeg[20..]],
        ["PNG"] = block => ExifImages.Png(Png, block),
        ["PNG with the prefix"] = block => ExifImages.Png(Png, [.. ExifImages.Prefix, .. block]),
        ["PNG after the pixels"] = block => ExifImages.PngAtTheEnd(Png, block),
        ["WebP"] = block => ExifImages.Webp(LosslessWebp, Width, Height, block),
        ["WebP with the prefix"] = block => ExifImages.Webp(LosslessWebp, Width, Height, [.. ExifImages.Prefix, .. block]),
        ["WebP with loss"] = block => ExifImages.Webp(LossyWebp, Width, Height, block),
    };

    private static readonly Dictionary<string, byte[]> DamagedBlock = new()
    {
        ["nothing"] = [],
        ["byte order only"] = [.. "II"u8],
        ["header only"] = ExifImages.Block(6)[..8],
        ["value 0"] = ExifImages.Block(0),
        ["value 9"] = ExifImages.Block(9),
        ["value 65542, whose lower half is 6"] = ExifImages.Block(65_542, type: ExifImages.Long),
        ["largest value"] = ExifImages.Block(uint.MaxValue, type: ExifImages.Long),
        ["type 0"] = ExifImages.Block(6, type: 0),
        ["type ASCII"] = ExifImages.Block(0x36, type: 2),
        ["type RATIONAL"] = ExifImages.Block(6, type: 5),
        ["no values"] = ExifImages.Block(6, count: 0),
        ["several values"] = ExifImages.Block(6, count: 2),
        ["huge count"] = ExifImages.Block(6, count: uint.MaxValue),
        ["another tag"] = ExifImages.Block(6, tag: 0x0113),
        ["directory outside"] = ExifImages.Block(6, directory: 27),
        ["directory far outside"] = ExifImages.Block(6, directory: uint.MaxValue),
        ["directory at the largest int"] = ExifImages.Block(6, directory: int.MaxValue),
        ["no entries"] = ExifImages.Block(6, entries: 0),
        ["EXIF directory outside"] = ExifImages.Block(500, type: ExifImages.Long, tag: ExifImages.ExifDirectory),
        ["EXIF directory far outside"] = ExifImages.Block(uint.MaxValue, type: ExifImages.Long, tag: ExifImages.ExifDirectory),
        ["EXIF directory that holds itself"] = ExifImages.Block(8, type: ExifImages.Long, tag: ExifImages.ExifDirectory),
        ["neither byte order"] = [.. "XX"u8, .. ExifImages.Block(6)[2..]],
    };

    private static IEnumerable<string> Containers => ContainerOf.Keys;

    private static IEnumerable<string> Damages => DamagedBlock.Keys;

    private static IEnumerable<byte[]> HostileContainers =>
        [
            [],
            [0xFF, 0xD8],
            [0xFF, 0xD8, 0xFF, 0xE1],
            [0xFF, 0xD8, 0xFF, 0xE1, 0, 0],
            [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, .. ExifImages.Prefix],
            [.. ImageBombs.PngSignature, 0xFF, 0xFF, 0xFF, 0xFF, .. "eXIf"u8, 0, 0, 0, 0],
            [.. ImageBombs.PngSignature, 0x7F, 0xFF, 0xFF, 0xFF, .. "IDAT"u8, 0, 0, 0, 0],
            [.. Png, .. HandmadeImages.Chunk("eXIf"u8, ExifImages.Block(6))],
            [.. "RIFF"u8],
            [.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WEBPVP8X"u8, 0xFF, 0xFF, 0xFF, 0xFF, 8, .. new byte[20]],
            ExifImages.Webp(LosslessWebp, Width, Height, ExifImages.Block(6), flags: 0),
            HandmadeImages.Bmp(8, 8, TestImages.Noise),
        ];

    [Test]
    public void Orientation_OfEveryContainer_IsThatOfTheTag(
        [ValueSource(nameof(Containers))] string container,
        [Values(ExifImages.Byte, ExifImages.Short, ExifImages.Long)] int type
    )
    {
        var tags = Enumerable.Range(1, 8);
        foreach (var little in new[] { false, true })
        {
            var read = tags.Select(tag => Read(ContainerOf[container](ExifImages.Block((uint)tag, little, (ushort)type))));
            Assert.That(read, Is.EqualTo(tags), little ? "II" : "MM");
        }
    }

    [Test]
    public void Orientation_InTheExifDirectory_IsFound([ValueSource(nameof(Containers))] string container, [Values] bool little) =>
        Assert.That(Read(ContainerOf[container](ExifImages.BlockWithExifDirectory(6, little))), Is.EqualTo(6));

    [Test]
    public void Orientation_OfMoreEntriesThanThereAre_IsFound() =>
        Assert.That(Read(ContainerOf["PNG"](ExifImages.Block(6, entries: ushort.MaxValue))), Is.EqualTo(6));

    [Test]
    public void Orientation_SeveralSegments_IsTheFirstThatHasOne()
    {
        static byte[] Segment(uint value) => [.. ExifImages.Prefix, .. ExifImages.Block(value)];
        Assert.That(Read(ExifImages.Jpeg(Jpeg, Segment(9), Segment(3), Segment(6))), Is.EqualTo(3));
    }

    [Test]
    public void Orientation_OfNoExif_IsAsStored([Values] bool damaged)
    {
        byte[][] files = [Jpeg, Png, LosslessWebp, LossyWebp];
        Assert.That(files.Select(file => Read(damaged ? file[..^9] : file)), Is.All.EqualTo(1));
    }

    [Test]
    public void Orientation_OfDamagedData_IsAsStored([ValueSource(nameof(Damages))] string damage)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var (container, withExif) in ContainerOf)
            {
                var file = withExif(DamagedBlock[damage]);
                Assert.That(Read(file), Is.EqualTo(1), container);
                Assert.That(() => Decoded.Of(file, new ImageShape { Size = 8 }, "here"), Throws.Nothing, container);
            }
        }
    }

    [Test]
    public void Orientation_OfADamagedContainer_IsAsStored([ValueSource(nameof(HostileContainers))] byte[] file) =>
        Assert.That(Read(file), Is.EqualTo(1));

    [Test]
    public void Orientation_OfDataCutAnywhere_IsThatOfTheTagOrAsStored([ValueSource(nameof(Containers))] string container)
    {
        var block = ExifImages.Block(6);
        var file = ContainerOf[container](block);
        // all but the place of the next directory has to be there
        var expected = Enumerable.Range(0, block.Length + 1).Select(length => length < block.Length - 4 ? 1 : 6);
        Assert.That(
            Enumerable.Range(0, block.Length + 1).Select(length => Read(ContainerOf[container](block[..length]))),
            Is.EqualTo(expected)
        );
        Assert.That(Enumerable.Range(0, file.Length).Select(length => Read(file[..length])), Is.All.AnyOf(1, 6));
    }

    [Test]
    public void Orientation_OfFullDirectories_TakesNoMemory()
    {
        byte[] full = [.. ExifImages.Prefix, .. ExifImages.Block(6, tag: 1, entries: ushort.MaxValue), .. new byte[60_000]];
        var file = ImageBombs.WithSegments(Jpeg, 0xE1, full, 100);
        Read(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var orientation = Read(file);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(orientation, Is.EqualTo(1));
    }

    private static int Read(byte[] file) => ExifReader.Orientation(file).Tag;
}

using System.Buffers.Binary;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ImageErrorTests
{
    private static readonly ImageShape Shape = new() { Size = 32 };

    private static readonly Dictionary<string, byte[]> Whole = new()
    {
        ["JPEG"] = TestImages.Jpeg(120, 90, TestImages.Noise),
        ["PNG"] = TestImages.Png(120, 90, TestImages.Noise),
        ["BMP"] = HandmadeImages.Bmp(120, 90, TestImages.Noise),
        ["GIF"] = HandmadeImages.Gif(120, 90, (x, y) => TestImages.Noise(x, y).Red, i => new((byte)i, 0, 0)),
        ["WebP"] = TestImages.Webp(120, 90, TestImages.Noise),
        ["WebP with loss"] = TestImages.Webp(120, 90, TestImages.Noise, 90),
    };

    private static IEnumerable<string> Formats => Whole.Keys;

    [Test]
    public void Decode_CutToAPart_IsRefused([ValueSource(nameof(Formats))] string format, [Values(10, 50, 90, 99)] int percent)
    {
        var whole = Whole[format];
        Assert.That(() => Decoded.Of(whole, Shape, "whole"), Throws.Nothing);
        Assert.That(
            () => Decoded.Of(whole.AsMemory(0, whole.Length * percent / 100), Shape, "row 12, column 'Image'"),
            Refused("row 12, column 'Image'", "again or remove it")
        );
    }

    [TestCase("JPEG", 1)]
    [TestCase("BMP", 1)]
    [TestCase("PNG", 64)]
    [TestCase("GIF", 16)]
    [TestCase("WebP", 8)]
    public void Decode_LastBytesMissing_SaysThatPixelsAreMissing(string format, int missing)
    {
        var cut = Whole[format][..^missing];
        Assert.That(
            () => Decoded.Of(cut, Shape, "here"),
            Refused("here", "cut short", "120 × 90", $"{cut.Length} bytes", format.ToUpperInvariant())
        );
    }

    [Test]
    public void Decode_HeaderCut_IsRefused([ValueSource(nameof(Formats))] string format, [Values(1, 4, 12, 20)] int length) =>
        Assert.That(() => Decoded.Of(Whole[format].AsMemory(0, length), Shape, "here"), Refused("here", $"{length} bytes"));

    [Test]
    public void Decode_MissingFile_SaysSo() =>
        Assert.That(() => Decoded.Of("nowhere/cat.jpg", Shape), Refused("nowhere/cat.jpg", "does not exist", "Check the path"));

    [Test]
    public void Decode_EmptyPath_SaysSo() => Assert.That(() => Decoded.Of("", Shape), Refused("an image path", "is empty"));

    [Test]
    public void Decode_FolderInsteadOfFile_SaysThatItCannotBeRead()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Decoded.Of(folder.Path, Shape), Refused(folder.Path, "cannot be read"));
    }

    [Test]
    public void Decode_EmptyFile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("empty.jpg", []);
        Assert.That(() => Decoded.Of(path, Shape), Refused(path, "0 bytes"));
    }

    [Test]
    public void Decode_Text_ShowsItsFirstBytesAndNamesTheFormats() =>
        Assert.That(
            () => Decoded.Of("<html>not found</html>"u8.ToArray(), Shape, "here"),
            Refused("here", "22 bytes starting 3C68746D6C3E6E6F", "JPEG, PNG, BMP, GIF and WebP")
        );

    [Test]
    public void Decode_Icon_IsRefusedByFormat()
    {
        var png = TestImages.Png(16, 16, TestImages.Noise);
        byte[] icon = [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 22, 0, 0, 0, .. png];
        BinaryPrimitives.WriteInt32LittleEndian(icon.AsSpan(14), png.Length);
        Assert.That(() => Decoded.Of(icon, Shape, "here"), Refused("here", "format Ico", "Convert it"));
    }

    [Test]
    public void Decode_PngOfTooManyPixels_IsRefusedBeforeDecoding()
    {
        var bomb = HandmadeImages.PalettePng(1, 1, (_, _) => 1, _ => default, claimedWidth: 20_000, claimedHeight: 20_000);
        Assert.That(() => Decoded.Of(bomb, Shape, "here"), Refused("here", "20000 × 20000", "200 million"));
    }

    [Test]
    public void Decode_PngOfNoPixels_IsRefused()
    {
        var nothing = HandmadeImages.PalettePng(1, 1, (_, _) => 1, _ => default, claimedWidth: 0, claimedHeight: 8);
        Assert.That(() => Decoded.Of(nothing, Shape, "here"), Refused("here"));
    }

    [Test]
    public void Decode_PngWithAChangedByte_IsRefused()
    {
        var damaged = Whole["PNG"].ToArray();
        damaged[damaged.Length / 2] ^= 0x55;
        Assert.That(() => Decoded.Of(damaged, Shape, "here"), Refused("here", "again or remove it"));
    }

    [Test]
    public void Decode_DisposedMLImage_SaysSo()
    {
        var image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255]);
        image.Dispose();
        Assert.That(() => Decoded.Of(image, Shape, "row 3"), Refused("row 3", "the image was disposed"));
    }

    [Test]
    public void Decode_NoMLImage_SaysSo() =>
        Assert.That(() => Decoded.Of((MLImage?)null, Shape, "row 3"), Refused("row 3", "there is no image"));

    private static Constraint Refused(string origin, params string[] parts)
    {
        Constraint constraint = Throws
            .TypeOf<ImageException>()
            .With.Property(nameof(ImageException.Origin))
            .EqualTo(origin)
            .And.Message.StartsWith(origin + ": ");
        return parts.Aggregate(constraint, (all, part) => all.And.Message.Contains(part));
    }
}

using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests.Decoding;

/// <summary>BMPs with masks and palettes give the colours that the file says, or are refused with a reason.</summary>
public sealed class BmpFaultsTests
{
    private static readonly uint[] A1R5G5B5 = [0x7C00, 0x03E0, 0x001F, 0x8000];
    private static readonly uint[] A4R4G4B4 = [0x0F00, 0x00F0, 0x000F, 0xF000];
    private static readonly uint[] R5G6B5 = [0xF800, 0x07E0, 0x001F, 0];
    private static readonly uint[] A2R10G10B10 = [0x3FF00000, 0x000FFC00, 0x000003FF, 0xC0000000];
    private static readonly uint[] A8R8G8B8 = [0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000];

    // Four pixels each and what they are on white, by the format: value × 255 / largest value.
    private static readonly Dictionary<string, (int Bits, uint[] Masks, uint[] Row, int[] Expected)> Transparent = new()
    {
        ["A1R5G5B5"] = (16, A1R5G5B5, [0xFC00, 0x7C00, 0x801F, 0x8010], [255, 0, 0, 255, 255, 255, 0, 0, 255, 0, 0, 132]),
        ["A4R4G4B4"] = (16, A4R4G4B4, [0xFF00, 0x8F00, 0x00F0, 0xF123], [255, 0, 0, 255, 119, 119, 255, 255, 255, 17, 34, 51]),
        ["A2R10G10B10"] = (
            32,
            A2R10G10B10,
            [0xFFF00000, 0x7FF00000, 0x1FF, 0xC0000000 | 0x200 << 10 | 0x1FF],
            [255, 0, 0, 255, 170, 170, 255, 255, 255, 0, 128, 127]
        ),
        ["A8R8G8B8"] = (32, A8R8G8B8, [0xFFFF0000, 0x80FF0000, 0x000001FF, 0xFF030201], [255, 0, 0, 255, 127, 127, 255, 255, 255, 3, 2, 1]),
    };

    private static readonly Dictionary<string, (int Bits, uint[] Masks, uint[] Row, int[] Expected)> Opaque = new()
    {
        ["R5G6B5"] = (16, R5G6B5, [0xF800, 0x07E0, 0x001F, 0x0410], [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 130, 132]),
        ["A1R5G5B5"] = (16, A1R5G5B5, [0xFC00, 0x83E0, 0x801F, 0x8010], [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 132]),
        ["R10G10B10"] = (32, [.. A2R10G10B10[..3], 0], [0x3FF00000, 0x80000, 0x1FF, 0], [255, 0, 0, 0, 128, 0, 0, 0, 127, 0, 0, 0]),
        ["A8R8G8B8"] = (32, A8R8G8B8, [0xFFFF0000, 0xFF00FF00, 0xFF0000FF, 0xFF030201], [255, 0, 0, 0, 255, 0, 0, 0, 255, 3, 2, 1]),
    };

    private static IEnumerable<string> TransparentKinds => Transparent.Keys;

    private static IEnumerable<string> OpaqueKinds => Opaque.Keys;

    [Test]
    public void Decode_AlphaMaskOfAHeaderThatHasOne_IsOnWhite(
        [ValueSource(nameof(TransparentKinds))] string kind,
        [Values(108, 124)] int header
    )
    {
        var (bits, masks, row, expected) = Transparent[kind];
        Assert.That(Four(OfMasks(header, bits, 3, masks, row)), Is.EqualTo(expected).Within(1));
    }

    [Test]
    public void Decode_AlphaMaskThatIsNotRead_IsRefused([ValueSource(nameof(TransparentKinds))] string kind, [Values(40, 56)] int header)
    {
        var (bits, masks, row, _) = Transparent[kind];
        var bmp = OfMasks(header, bits, header == 40 ? 6 : 3, masks, row);
        Assert.That(() => Four(bmp), Refused($"alpha mask {masks[3]:X}", $"it has {header}", "108 or 124", "Convert it"));
    }

    [Test]
    public void Decode_OpaqueWithMasks_GivesTheColors(
        [ValueSource(nameof(OpaqueKinds))] string kind,
        [Values(40, 52, 56, 108, 124)] int header,
        [Values(3, 6)] int compression
    )
    {
        var (bits, masks, row, expected) = Opaque[kind];
        Assert.That(Four(OfMasks(header, bits, compression, masks, row)), Is.EqualTo(expected).Within(1));
    }

    [Test]
    public void Decode_AlphaLeftAtZeroWhereItIsNotRead_IsOpaque([Values(40, 56)] int header) =>
        Assert.That(
            Four(OfMasks(header, 16, header == 40 ? 6 : 3, A1R5G5B5, [0x7C00, 0x03E0, 0x001F, 0])),
            Is.EqualTo(new[] { 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0 })
        );

    [TestCase(0x9000u)]
    [TestCase(0xFFFFu)]
    public void Decode_AlphaMaskThatIsNotReadAndCannotBeOne_IsOpaque(uint alpha) => // it has gaps, or bits of the colours
        Assert.That(
            Four(OfMasks(56, 16, 3, [0x0F00, 0x00F0, 0x000F, alpha], [0xFF00, 0x80F0, 0x000F, 0x1000])),
            Is.EqualTo(new[] { 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0 })
        );

    [Test]
    public void Decode_WordsAfterTheHeaderThatAreNoAlphaMask_IsOpaque() => // masks of three colours, then a gap before the pixels
        Assert.That(
            Four(OfMasks(40, 16, 3, A1R5G5B5, [0xFC00, 0x03E0, 0x001F, 0])),
            Is.EqualTo(new[] { 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0 })
        );

    [TestCase(0xA800u, 0x0540u, 0x002Au, 0u)]
    [TestCase(0x7C00u, 0x03E0u, 0x001Du, 0u)]
    [TestCase(0x0F00u, 0x00F0u, 0x000Fu, 0x9000u)]
    public void Decode_MaskWithGaps_IsRefused(uint red, uint green, uint blue, uint alpha) =>
        Assert.That(
            () => Four(OfMasks(124, 16, 3, [red, green, blue, alpha], [0, 1, 2, 3])),
            Refused($"red {red:X}, green {green:X}, blue {blue:X}, alpha {alpha:X}", "have gaps", "Convert it")
        );

    [TestCase(12, 8, 252, 256)]
    [TestCase(12, 8, 4, 256)]
    [TestCase(12, 4, 15, 16)]
    [TestCase(40, 8, 4, 9)]
    [TestCase(64, 8, 4, 9)]
    public void Decode_ShortPalette_IsRefused(int header, int bits, int colors, int claimed) =>
        Assert.That(
            () => Four(HandmadeBmps.OfPalette(header, bits, colors, [1, 2, 3, 2, 1, 2, 3, 2], claimed)),
            Refused("palette is cut short", $"{claimed} colours", $"room for {colors}", "Convert it")
        );

    [TestCase(12, 256)]
    [TestCase(12, 260)]
    [TestCase(40, 4)]
    [TestCase(64, 4)]
    [TestCase(64, 256)]
    [TestCase(124, 4)]
    public void Decode_WholePalette_GivesItsColors(int header, int colors) =>
        Assert.That(
            Four(HandmadeBmps.OfPalette(header, 8, colors, [0, 1, 2, 3, 0, 1, 2, 3])),
            Is.EqualTo(new[] { 255, 0, 0, 254, 20, 10, 253, 40, 20, 252, 60, 30 })
        );

    // The smallest square is eight pixels wide.
    private static byte[] OfMasks(int header, int bits, int compression, uint[] masks, uint[] four) =>
        HandmadeBmps.OfMasks(header, bits, compression, masks, [.. four, .. four]);

    private static IEnumerable<int> Four(byte[] bmp) =>
        Decoded.Of(bmp, new ImageShape { Size = 8 }, "here").Take(12).Select(value => (int)value);

    private static Constraint Refused(params string[] parts)
    {
        Constraint constraint = Throws.TypeOf<ImageException>().With.Message.StartsWith("here: the BMP cannot be decoded: ");
        return parts.Aggregate(constraint, (all, part) => all.And.Message.Contains(part));
    }
}

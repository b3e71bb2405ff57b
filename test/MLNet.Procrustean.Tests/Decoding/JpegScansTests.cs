using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class JpegScansTests
{
    private static readonly byte[] Photo = TestImages.Jpeg(40, 30, TestImages.Photo);

    private static IEnumerable<TestCaseData> Files()
    {
        static TestCaseData Named(string name, byte[] file, bool isOne) => new TestCaseData(file, isOne).SetArgDisplayNames(name);
        return
        [
            Named("OfSkia", Photo, true),
            Named("WithExif", HandmadeImages.WithOrientation(Photo, 3), true),
            Named("WithManySegments", ImageBombs.WithSegments(Photo, 0xE1, new byte[60_000], 20), true),
            Named("WithBytesBetweenSegments", [.. Photo[..2], 1, 2, 0xFF, 0, 0xFF, 0xFF, .. Photo[3..]], true),
            Named("WithMarkerWithoutContent", [.. Photo[..2], 0xFF, 0xD0, 0xFF, 0x01, .. Photo[2..]], true),
            Named("OfFourChannels", ImageBombs.Jpeg(16, 16, channels: 4), true),
            Named("Progressive", ImageBombs.Jpeg(16, 16, refiningScans: 1), false),
            Named("ScanOfOneOfThreeChannels", ScanOfOne(ImageBombs.Jpeg(16, 16, channels: 3)), false),
            Named("CutWithinTheHeader", Photo[..100], false),
            Named("Empty", [], false),
        ];

        static byte[] ScanOfOne(byte[] jpeg)
        {
            var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
            return [.. jpeg[..(scan + 4)], 1, .. jpeg[(scan + 5)..]];
        }
    }

    [TestCaseSource(nameof(Files))]
    public void IsOne_AJpeg_TellsWhetherItsCoefficientsAreHeld(byte[] jpeg, bool isOne) =>
        Assert.That(JpegScans.IsOne(jpeg), Is.EqualTo(isOne));
}

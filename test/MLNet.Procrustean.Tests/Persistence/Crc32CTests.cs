using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Tests.Persistence;

public sealed class Crc32CTests
{
    // The reflected polynomial of Castagnoli, a bit at a time.
    [Test]
    public void Of_AnyNumberOfBytes_IsTheRemainder([Values(0, 1, 7, 8, 9, 31, 64)] int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var expected = uint.MaxValue;
        foreach (var one in bytes)
        {
            expected ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                expected = (expected & 1) == 1 ? (expected >> 1) ^ 0x82F63B78 : expected >> 1;
            }
        }

        Assert.That(Crc32C.Of(bytes), Is.EqualTo(~expected));
    }

    [Test]
    public void Of_TheDigits_IsThePublishedValue() => Assert.That(Crc32C.Of("123456789"u8), Is.EqualTo(0xE3069283), "RFC 3720");
}

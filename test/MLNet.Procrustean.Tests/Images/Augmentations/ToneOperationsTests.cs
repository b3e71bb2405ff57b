using MLNet.Procrustean.Images.Augmentations;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class ToneOperationsTests
{
    [TestCase(8, 0b10110111)]
    [TestCase(4, 0b10110000)]
    [TestCase(2, 0b10000000)]
    public void Posterize_Value_KeepsItsHighestBits(int bits, int expected)
    {
        byte[] image = [0b10110111];
        ToneOperations.Posterize(image, bits);
        Assert.That(image, Is.EqualTo(new[] { (byte)expected }));
    }

    [Test]
    public void Solarize_Values_InvertsThoseNotBelowTheThreshold()
    {
        byte[] image = [0, 99, 100, 255];
        ToneOperations.Solarize(image, 100);
        Assert.That(image, Is.EqualTo(new byte[] { 0, 99, 155, 0 }));
    }

    [Test]
    public void AutoContrast_Channels_ReachFromBlackToWhiteEach()
    {
        byte[] image = [10, 40, 7, 20, 140, 7, 30, 60, 7, 20, 90, 7]; // the third channel has one value
        ToneOperations.AutoContrast(image, 3);
        Assert.That(image, Is.EqualTo(new byte[] { 0, 0, 7, 128, 255, 7, 255, 51, 7, 128, 128, 7 }));
    }

    [Test]
    public void Equalize_Channels_EqualNaiveCounts([Values(1, 3)] int channels)
    {
        const int size = 40;
        var image = TestImage.Random(size, channels, 60, 100);
        var expected = image.Select(
            (value, place) =>
            {
                var channel = image.Where((_, other) => other % channels == place % channels).ToList();
                var step = (channel.Count - channel.Count(one => one == channel.Max())) / 255;
                return Math.Min((channel.Count(one => one < value) + (step / 2)) / step, 255);
            }
        );
        var changed = image.ToArray();
        ToneOperations.Equalize(changed, channels);
        Assert.That(changed.Select(value => (int)value), Is.EqualTo(expected));
    }

    [Test]
    public void Equalize_FewPixels_ChangesNothing()
    {
        var image = TestImage.Random(9, 3);
        var changed = image.ToArray();
        ToneOperations.Equalize(changed, 3);
        Assert.That(changed, Is.EqualTo(image));
    }
}

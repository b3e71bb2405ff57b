using MLNet.Procrustean.Images;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ChannelSumsTests
{
    [TestCase(1)]
    [TestCase(3)]
    public void ChannelSums_OfImagesInMemory_AreThoseOfANaiveLoop(int channels)
    {
        using var scope = NewDisposeScope();
        var values = new byte[3 * 5 * 5 * channels];
        new Random(4).NextBytes(values);
        var expected = new double[3, 2, channels];
        for (var i = 0; i < values.Length; i++)
        {
            var image = i / (5 * 5 * channels);
            expected[image, 0, i % channels] += values[i];
            expected[image, 1, i % channels] += values[i] * values[i];
        }

        var sums = new PixelsInMemory(tensor(values).reshape(3, 5, 5, channels)).ChannelSums();

        Assert.That(sums.shape, Is.EqualTo(new long[] { 3, 2, channels }));
        Assert.That(sums.data<double>().ToArray(), Is.EqualTo(expected.Cast<double>()));
    }
}

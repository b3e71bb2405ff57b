using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images;

public sealed class PreprocessingTests
{
    [TestCase(5, 1)]
    [TestCase(5, 3)]
    [TestCase(300, 3)] // more than are taken at once
    public void Measure_Images_EqualsNaiveMeanAndDeviation(int images, int channels)
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels(images, channels);
        var values = pixels.data<byte>().ToArray();
        var preprocessing = Preprocessing.Measure(new PixelsInMemory(pixels), Shape(channels));
        for (var channel = 0; channel < channels; channel++)
        {
            var own = values.Where((_, i) => i % channels == channel).Select(value => (double)value).ToList();
            var mean = own.Average();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(preprocessing.Means[channel], Is.EqualTo(mean).Within(1e-4));
                Assert.That(
                    preprocessing.Deviations[channel],
                    Is.EqualTo(Math.Sqrt(own.Average(value => (value - mean) * (value - mean)))).Within(1e-4)
                );
            }
        }
    }

    [Test]
    public void Measure_ChannelThatNeverVaries_HasDeviationOne()
    {
        using var scope = NewDisposeScope();
        var preprocessing = Preprocessing.Measure(new PixelsInMemory(full([4, 8, 8, 3], 200, ScalarType.Byte)), Shape(3));
        Assert.That(preprocessing.Deviations.AsEnumerable(), Is.EqualTo(new[] { 1f, 1f, 1f }));
        Assert.That(preprocessing.Means.AsEnumerable(), Is.EqualTo(new[] { 200f, 200f, 200f }));
    }

    [Test]
    public void Measure_Images_LeavesNoTensor()
    {
        using var images = ToyImages.Of(300);
        Assert.That(NativeMemory.TensorsLeftBy(() => Preprocessing.Measure(images.Pixels, Shape(3))), Is.Zero);
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Normalise_Batch_GivesNormalisedValuesChannelsLast(int channels)
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels(2, channels);
        var before = NetworkBits.Of(pixels);
        float[] means = [100, 50, 10],
            deviations = [2, 5, 40];
        var normalised = new Preprocessing(Shape(channels), [.. means[..channels]], [.. deviations[..channels]]).Normalise(pixels);
        var source = pixels.data<byte>().ToArray();
        var expected =
            from image in Enumerable.Range(0, 2)
            from channel in Enumerable.Range(0, channels)
            from place in Enumerable.Range(0, 64)
            select (source[(((image * 64) + place) * channels) + channel] - means[channel]) / deviations[channel];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(normalised.shape, Is.EqualTo(new long[] { 2, channels, 8, 8 }));
            Assert.That(normalised.stride(), Is.EqualTo(new long[] { 64 * channels, 1, 8 * channels, channels }));
            Assert.That(normalised.dtype, Is.EqualTo(ScalarType.Float32));
            Assert.That(normalised.contiguous().data<float>().ToArray(), Is.EqualTo(expected.ToArray()).Within(1e-4));
            Assert.That(NetworkBits.Of(pixels), Is.EqualTo(before));
        }
    }

    private static ImageShape Shape(int channels) => new() { Size = 8, Channels = channels };

    // Each channel with a range of its own.
    private static Tensor Pixels(int images, int channels) =>
        (
            randint(0, 100, [images, 8, 8, channels], ScalarType.Int64, generator: new Generator(5))
                * tensor(new long[] { 1, 2, 1 })[..channels]
            + tensor(new long[] { 7, 0, 100 })[..channels]
        ).to(ScalarType.Byte);
}

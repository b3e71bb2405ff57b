using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images;

public sealed class LabelledImagesTests
{
    [Test]
    public void CountsOf_Labels_CountsEachClassAndThoseWithoutImages()
    {
        using var images = ToyImages.Of(3, 0, 5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(images.Count, Is.EqualTo(8));
            Assert.That(images.CountsOf(4), Is.EqualTo(new long[] { 3, 0, 5, 0 }));
        }
    }

    [Test]
    public void Part_SomeInAnOrder_GivesThoseImagesWithTheirLabels()
    {
        using var images = ToyImages.Of(2, 2);
        LabelledImages part;
        using (NewDisposeScope())
        {
            part = images.Part([3, 0, 3]);
        }

        using (part)
        using (NewDisposeScope())
        using (Assert.EnterMultipleScope())
        {
            Assert.That(part.Count, Is.EqualTo(3));
            Assert.That(part.Pixels.Count, Is.EqualTo(3));
            Assert.That(part.Labels.data<long>().ToArray(), Is.EqualTo(new long[] { 1, 0, 1 }));
            AssertSame(part.Pixels.Narrow(0, 2), 3, 0);
            AssertSame(part.Pixels.Rows(tensor(new long[] { 2, 1, 1 })), 3, 0, 0);
            Assert.That(NetworkBits.Of(part.Pixels.ChannelSums()[1]), Is.EqualTo(NetworkBits.Of(images.Pixels.ChannelSums()[0])));
        }

        void AssertSame(Tensor pixels, params long[] numbers) =>
            Assert.That(NetworkBits.Of(pixels), Is.EqualTo(numbers.SelectMany(number => NetworkBits.Of(images.Pixels.Narrow(number, 1)))));
    }

    [Test]
    public void Part_AllDisposedInAnyOrder_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() =>
            {
                var images = new LabelledImages(zeros([4, 16, 16, 3], uint8), zeros(4, int64));
                using var part = images.Part([0, 1]);
                using var other = images.Part([2, 3]);
                _ = part.CountsOf(2);
                images.Dispose();
            }),
            Is.Zero
        );
}

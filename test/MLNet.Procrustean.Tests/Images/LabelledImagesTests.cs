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
    public void Rows_SomeInAnOrder_GivesThoseImagesWithTheirLabels()
    {
        using var images = ToyImages.Of(2, 2);
        LabelledImages rows;
        using (NewDisposeScope())
        {
            rows = images.Rows([3, 0, 3]);
        }

        using (rows)
        using (NewDisposeScope())
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Labels.data<long>().ToArray(), Is.EqualTo(new long[] { 1, 0, 1 }));
            Assert.That(NetworkBits.Of(rows.Pixels[0]), Is.EqualTo(NetworkBits.Of(images.Pixels[3])));
            Assert.That(NetworkBits.Of(rows.Pixels[1]), Is.EqualTo(NetworkBits.Of(images.Pixels[0])));
            Assert.That(NetworkBits.Of(rows.Pixels[2]), Is.EqualTo(NetworkBits.Of(images.Pixels[3])));
        }
    }

    [Test]
    public void Rows_ThenDispose_LeavesNoTensor()
    {
        using var images = ToyImages.Of(2, 2);
        Assert.That(NativeMemory.TensorsLeftBy(() =>
        {
            using var rows = images.Rows([0, 1]);
            _ = rows.CountsOf(2);
        }), Is.Zero);
    }
}

using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images;

public sealed class ResidentImagesTests
{
    private static readonly Device Gpu = new(DeviceType.CUDA, 0);

    [Test]
    public void On_SomeOfManyImages_IsACopyOfThoseInTheirOrder()
    {
        using var scope = NewDisposeScope();
        using var all = new LabelledImages(randint(0, 256, [50, 800, 800, 3], uint8), arange(50, int64));
        using var part = all.Part(Enumerable.Range(0, 40).Select(row => 49L - row)); // 77 MB, more than are copied at a time
        using var copy = ResidentImages.On(CPU, part);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(copy.Labels.data<long>().ToArray(), Is.EqualTo(part.Labels.data<long>().ToArray()));
            var (found, expected) = (NetworkBits.Of(copy.Pixels.Narrow(0, 40)), NetworkBits.Of(part.Pixels.Narrow(0, 40)));
            Assert.That(found.AsSpan().SequenceEqual(expected), Is.True);
        }
    }

    [Test]
    public void On_Disposed_LeavesTheImagesAndNoTensor()
    {
        using var images = ToyImages.Of(3, 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NativeMemory.TensorsLeftBy(() => ResidentImages.On(CPU, images).Dispose()), Is.Zero);
            Assert.That(images.CountsOf(2), Is.EqualTo(new long[] { 3, 2 }));
        }
    }

    [Test]
    public void For_TheProcessor_IsNull()
    {
        using var images = ToyImages.Of(3, 2);
        Assert.That(ResidentImages.For(CPU, images), Is.Null);
    }

    [Test]
    public void For_MoreThanAGpuKeeps_IsNull()
    {
        using var images = new LabelledImages(new Endless(), ones(1, int64).expand(1 + (ResidentImages.MostBytes / 192)));
        Assert.That(ResidentImages.For(Gpu, images), Is.Null);
    }

    private sealed class Endless : PixelRows
    {
        public override long Count => long.MaxValue;

        public override Tensor Rows(Tensor rows) => throw new NotSupportedException();

        public override Tensor Narrow(long start, long count) => zeros([count, 8, 8, 3], uint8);

        public override Tensor ChannelSums() => throw new NotSupportedException();

        public override void Dispose() { }
    }
}

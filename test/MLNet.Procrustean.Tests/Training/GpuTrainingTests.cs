using MLNet.Procrustean.Images;
using MLNet.Procrustean.Strategies;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>What only an NVIDIA GPU can show: dotnet test -p:TorchBackend=cuda --filter TestCategory=Gpu.</summary>
[Explicit("needs an NVIDIA GPU")]
[Category("Gpu")]
public sealed class GpuTrainingTests
{
    private static readonly Device Gpu = new(DeviceType.CUDA, 0);

    [TestCase(Precision.Fp32)]
    [TestCase(Precision.Bf16)]
    public void Train_OnAGpu_LearnsWithMixingAndKeepsNoTensor(Precision precision)
    {
        var options = SmallTraining.Options with { Epochs = 6, Precision = precision, Strategy = new RecommendedStrategy() };
        Assert.That(NativeMemory.TensorsLeftBy(() =>
        {
            using var images = ToyImages.Of(40, 10, 10);
            using var training = SmallTraining.Run(options, images, images, device: Gpu);
            Assert.That(training.Reports[^1].ValidationMacroAccuracy, Is.GreaterThan(0.95));
        }), Is.Zero);
    }

    [Test]
    public void Apply_OnAGpu_GivesTheBytesOfTheProcessor()
    {
        using var scope = NewDisposeScope();
        var pixels = randint(0, 256, [20, 9, 9, 3], int64).to(uint8);
        var there = new Augmentation().Apply(pixels.to(Gpu), new Generator(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(there.device_type, Is.EqualTo(DeviceType.CUDA));
            Assert.That(NetworkBits.Of(there.cpu()), Is.EqualTo(NetworkBits.Of(new Augmentation().Apply(pixels, new Generator(1)))));
        }
    }

    [Test]
    public void For_AGpu_KeepsTheImagesThere()
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(5, 4);
        using var resident = ResidentImages.For(Gpu, images)!;
        var rows = tensor(new long[] { 8, 0 });
        Assert.That(NetworkBits.Of(resident.Pixels.Rows(rows.to(Gpu)).cpu()), Is.EqualTo(NetworkBits.Of(images.Pixels.Rows(rows))));
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>
/// The same on the processor and, with <c>dotnet test -p:TorchBackend=cuda --filter TestCategory=Gpu</c>, on an NVIDIA GPU.
/// </summary>
public sealed class DeviceTests
{
    private const string Reason = "needs an NVIDIA GPU";
    private static readonly Device Gpu = new(DeviceType.CUDA, 0);

    private static IEnumerable<TestCaseData> Devices() => [new(CPU), new TestCaseData(Gpu).SetCategory("Gpu").Explicit(Reason)];

    private static IEnumerable<TestCaseData> DevicesAndPrecisions() =>
        from device in Devices()
        from precision in new[] { Precision.Fp32, Precision.Bf16 }
        let both = new TestCaseData(device.Arguments[0], precision)
        select device.RunState == NUnit.Framework.Interfaces.RunState.Explicit ? both.SetCategory("Gpu").Explicit(Reason) : both;

    [TestCaseSource(nameof(DevicesAndPrecisions))]
    public void Train_WithMixingAndMargins_Learns(Device device, Precision precision)
    {
        var options = SmallTraining.Options with
        {
            Epochs = 6,
            Precision = precision,
            Backbone = new CifarResNet { Depth = 8 },
            Strategy = new RecommendedStrategy(),
        };
        using var images = ToyImages.Of(40, 10, 10);
        using var training = SmallTraining.Run(options, images, images, device: device);
        Assert.That(training.Reports[^1].ValidationMacroAccuracy, Is.GreaterThan(0.95));
    }

    [TestCaseSource(nameof(Devices))]
    public void Train_MoreEpochs_LeavesNoMoreTensors(Device device)
    {
        using var images = ToyImages.Of(12, 5);
        long LeftBy(int epochs) =>
            NativeMemory.TensorsLeftBy(() =>
                SmallTraining
                    .Run(
                        SmallTraining.Options with
                        {
                            Epochs = epochs,
                            Strategy = new RecommendedStrategy(),
                        },
                        images,
                        images,
                        device: device
                    )
                    .Dispose()
            );
        Assert.That(LeftBy(5), Is.EqualTo(LeftBy(1)));
    }

    [TestCaseSource(nameof(Devices))]
    public void Fit_CancelledAndResumed_ScoresTheSameSavedAndLoaded(Device device)
    {
        using var training = new CheckpointedTraining();
        (training.Ml.GpuDeviceId, training.Ml.FallbackToCpu) = (device.type == DeviceType.CUDA ? device.index : null, false);
        training.Cancel(step: 7);
        using var model = training.Fit(training.Options);
        var images = training.Images();
        var file = Path.Combine(training.Path, "model.zip");
        training.Ml.Model.Save(model, images.Schema, file);
        using var loaded = (IDisposable)training.Ml.Model.Load(file, out _);
        var diagnostics = model.Diagnose(images, images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.EpochReports, Has.Length.EqualTo(3));
            Assert.That(
                diagnostics.FeatureDeviation[1],
                Is.EqualTo(0).Within(1e-9),
                "of the smallest class from itself, when all of its images are drawn"
            );
            Assert.That(Scores((ITransformer)loaded), Is.EqualTo(Scores(model)).Within(1e-5));
        }

        float[] Scores(ITransformer scoring) =>
            [.. scoring.Transform(images).GetColumn<VBuffer<float>>("Score").SelectMany(score => score.DenseValues())];
    }

    // The numbers of a copy that is still waiting must not be overwritten by the next copy.
    [TestCaseSource(nameof(Devices))]
    public void OnDevice_ManyCopiesBehindOtherWork_KeepTheirNumbers(Device device)
    {
        using var scope = NewDisposeScope();
        var side = device.type == DeviceType.CUDA ? 1000 : 50; // a processor does not wait for it
        var large = ones(side, side, device: device);
        var total = zeros(1000, int64, device);
        for (var number = 0; number < 300; number++)
        {
            using var step = NewDisposeScope();
            _ = large.mm(large);
            using var copied = ones(1000, int64).mul(tensor((long)number)).OnDevice(device);
            total.PlusInPlace(copied);
        }

        Assert.That(total.cpu().data<long>().ToArray(), Has.All.EqualTo(300 * 299 / 2));
    }

    [Test]
    [Explicit(Reason)]
    [Category("Gpu")]
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
    [Explicit(Reason)]
    [Category("Gpu")]
    public void Apply_ForPhotosOnAGpu_GivesTheBytesOfTheProcessor()
    {
        using var scope = NewDisposeScope();
        var pixels = randint(0, 256, [20, 30, 30, 3], int64).to(uint8);
        var augmentation = Augmentation.ForPhotos with
        {
            ResizedCrop = new() { Size = 16 },
            TrivialAugment = true,
        };
        var there = augmentation.Apply(pixels.to(Gpu), new Generator(1));
        Assert.That(NetworkBits.Of(there.cpu()), Is.EqualTo(NetworkBits.Of(augmentation.Apply(pixels, new Generator(1)))));
    }

    [Test]
    [Explicit(Reason)]
    [Category("Gpu")]
    public void For_AGpu_KeepsTheImagesThere()
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(5, 4);
        using var resident = ResidentImages.For(Gpu, images)!;
        var rows = tensor(new long[] { 8, 0 });
        Assert.That(NetworkBits.Of(resident.Pixels.Rows(rows.to(Gpu)).cpu()), Is.EqualTo(NetworkBits.Of(images.Pixels.Rows(rows))));
    }
}

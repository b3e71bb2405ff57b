using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Numerics;

public sealed class PrecisionTests
{
    private static readonly ImageClassifierOptions Half = SmallTraining.Options with { Precision = Precision.Bf16 };

    [Test]
    [Platform("Linux")]
    public void HasBFloat16_OnLinux_IsWhatTheKernelSays()
    {
        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ')
            ?? [];
        Assert.That(ProcessorFeatures.HasBFloat16, Is.EqualTo(flags.Contains("avx512_bf16") || flags.Contains("amx_bf16")));
    }

    [Test]
    public void Auto_OnTheProcessor_IsBFloat16WhereItHasThat() =>
        Assert.That(Weights(Precision.Auto), Is.EqualTo(Weights(ProcessorFeatures.HasBFloat16 ? Precision.Bf16 : Precision.Fp32)));

    [Test]
    public void On_AGpuThatNoDriverReports_IsSinglePrecisionUnlessAskedFor()
    {
        var gpu = new Device(TorchSharp.DeviceType.CUDA, 99);
        Assert.That(
            new[] { Precision.Auto, Precision.Fp32, Precision.Bf16 }.Select(precision => precision.On(gpu)),
            Is.EqualTo(new[] { ScalarType.Float32, ScalarType.Float32, ScalarType.BFloat16 })
        );
    }

    [Test]
    public void Train_InBFloat16_GivesTheSameBitsAgainAndOthersThanInSinglePrecision()
    {
        var once = Weights(Precision.Bf16);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Weights(Precision.Bf16), Is.EqualTo(once));
            Assert.That(Weights(Precision.Fp32), Is.Not.EqualTo(once));
        }
    }

    [Test]
    public void Train_InBFloat16_LearnsAndKeepsAllStateInSinglePrecision()
    {
        using var images = ToyImages.Of(40, 10, 10);
        using var training = SmallTraining.Run(Half with { Epochs = 6 }, images, images);
        var types = training
            .Network.state_dict()
            .Where(named => !named.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Select(named => named.Value.dtype);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(types, Has.All.EqualTo(ScalarType.Float32));
            Assert.That(training.Reports[^1].ValidationMacroAccuracy, Is.GreaterThan(0.95));
        }
    }

    [TestCase("input")]
    [TestCase("stage")]
    [TestCase("pooled")]
    public void Train_WithMixingInBFloat16_ChangesOnlyLargeClasses(string place)
    {
        var depth = place switch
        {
            "input" => MixingDepth.Input,
            "stage" => MixingDepth.BeforeStage(2),
            _ => MixingDepth.PooledFeatures,
        };
        var balanced = SmallTraining.Weights(Half with { Strategy = new MajorFeatureWeakening { Depth = depth } }, ToyImages.Of(12, 12));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(balanced, Is.EqualTo(SmallTraining.Weights(Half, ToyImages.Of(12, 12))));
            Assert.That(
                SmallTraining.Weights(Half with { Strategy = new MajorFeatureWeakening { Depth = depth } }, ToyImages.Of(20, 4)),
                Is.Not.EqualTo(SmallTraining.Weights(Half, ToyImages.Of(20, 4)))
            );
        }
    }

    [Test]
    public void Mix_InBFloat16_LeavesRowsWithShareOneBitForBit()
    {
        using var scope = NewDisposeScope();
        var features = randn(4, 3, 5, 5).to(bfloat16);
        var mixed = FeatureMixing.Mix(
            features,
            tensor(new[] { 1f, 0.75f, 1f, 0.5f }),
            tensor(new[] { 3L, 2, 1, 0 }),
            partnerGradient: true
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mixed.dtype, Is.EqualTo(ScalarType.BFloat16));
            Assert.That(NetworkBits.Of(mixed[0]), Is.EqualTo(NetworkBits.Of(features[0])));
            Assert.That(NetworkBits.Of(mixed[1]), Is.Not.EqualTo(NetworkBits.Of(features[1])));
            Assert.That(NetworkBits.Of(mixed[2]), Is.EqualTo(NetworkBits.Of(features[2])));
        }
    }

    private static byte[] Weights(Precision precision) =>
        SmallTraining.Weights(SmallTraining.Options with { Precision = precision }, ToyImages.Of(12, 5));
}

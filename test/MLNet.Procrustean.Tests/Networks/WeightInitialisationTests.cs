using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class WeightInitialisationTests
{
    private static readonly CifarResNet Small = new() { Depth = 8, Width = 4 };

    [Test]
    public void Build_SameSeed_GivesTheSameBits()
    {
        var one = Weights(seed: 1);
        Assert.That(Weights(seed: 1), Is.EqualTo(one));
    }

    [TestCase(2)]
    [TestCase(-1)]
    public void Build_OtherSeed_GivesOtherWeights(int seed) => Assert.That(Weights(seed), Is.Not.EqualTo(Weights(seed: 1)));

    [Test]
    public void Build_GlobalGenerator_PlaysNoPart()
    {
        manual_seed(1);
        var one = Weights(seed: 5);
        manual_seed(2);
        Assert.That(Weights(seed: 5), Is.EqualTo(one));
    }

    [Test]
    public void Build_InsideACallersScope_OutlivesIt()
    {
        StagedNetwork network;
        using (NewDisposeScope())
        {
            network = Small.Build(channels: 3, classes: 2, seed: 1);
        }

        using (network)
        using (NewDisposeScope())
        {
            Assert.That(network.parameters().Select(parameter => parameter.IsInvalid), Has.None.True);
            Assert.That(NetworkBits.Of(network), Is.EqualTo(Weights(seed: 1, classes: 2)));
            Assert.That(network.forward(rand(2, 3, 16, 16)).shape, Is.EqualTo(new long[] { 2, 2 }));
        }
    }

    [Test]
    public void Build_ThenDispose_LeavesNoTensor()
    {
        Assert.That(NativeMemory.TensorsLeftBy(Build), Is.EqualTo(NativeMemory.CountedTwice(Small)));

        static void Build() => Small.Build(channels: 3, classes: 2, seed: 1).Dispose();
    }

    [Test]
    public void Build_Convolutions_HaveTheDeviationOfFanOut()
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 32 }.Build(channels: 3, classes: 10, seed: 1);
        var convolutions = network.modules().OfType<Convolution>().ToList();
        Assert.That(convolutions, Has.Count.EqualTo(31));
        foreach (var weight in convolutions.Select(convolution => convolution.Weight))
        {
            AssertNormal(weight, Math.Sqrt(2.0 / (weight.shape[0] * 9)));
        }
    }

    [Test]
    public void Build_DepthwiseConvolutions_HaveTheDeviationOfAFanOutOfOneChannel()
    {
        using var scope = NewDisposeScope();
        using var network = new MobileNetV3().Build(channels: 3, classes: 2, seed: 1);
        var weights = network.modules().OfType<Convolution>().Select(convolution => convolution.Weight).ToList();
        var depthwise = weights.FindAll(weight => weight.shape[1] == 1);
        Assert.That(depthwise, Has.Count.EqualTo(11));
        depthwise.ForEach(weight => AssertNormal(weight, Math.Sqrt(2.0 / (weight.shape[2] * weight.shape[3]))));
    }

    [Test]
    public void Build_FullyConnectedLayers_HaveTheDeviationOfTheirFeaturesAndNoBias()
    {
        using var scope = NewDisposeScope();
        using var network = new MobileNetV3().Build(channels: 3, classes: 2, seed: 1);
        var layers = network.modules().OfType<FullyConnected>().ToList();
        Assert.That(layers, Has.Count.EqualTo(19));
        layers.ForEach(layer => AssertNormal(layer.Weight, Math.Sqrt(1.0 / layer.Weight.shape[1])));
        Assert.That(layers.SelectMany(layer => layer.get_parameter("bias")!.data<float>().ToArray()), Is.All.Zero);
    }

    [Test]
    public void Build_Classifier_HasTheDeviationOfItsFeaturesAndNoBias()
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8 }.Build(channels: 3, classes: 100, seed: 1);
        AssertNormal(network.Head.Weight, Math.Sqrt(1.0 / 64));
        Assert.That(network.Head.Bias.data<float>().ToArray(), Is.All.Zero);
    }

    [Test]
    public void Build_BatchNormalisation_IsTheIdentity()
    {
        using var scope = NewDisposeScope();
        using var network = Small.Build(channels: 3, classes: 2, seed: 1);
        var layers = network.modules().OfType<BatchNormalisation>().ToList();
        Assert.That(layers, Has.Count.EqualTo(7));
        foreach (var layer in layers)
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(layer.get_parameter("weight")!.data<float>().ToArray(), Is.All.EqualTo(1));
                Assert.That(layer.get_parameter("bias")!.data<float>().ToArray(), Is.All.Zero);
                Assert.That(layer.get_buffer("running_mean")!.data<float>().ToArray(), Is.All.Zero);
                Assert.That(layer.get_buffer("running_var")!.data<float>().ToArray(), Is.All.EqualTo(1));
            }
        }
    }

    [Test]
    public void ChannelsLast_Tensor_KeepsItsValuesAndPutsChannelsInnermost()
    {
        using var scope = NewDisposeScope();
        var x = rand(2, 3, 4, 5);
        var laidOut = WeightInitialisation.ChannelsLast(x);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(laidOut.stride(), Is.EqualTo(new long[] { 60, 1, 15, 3 }));
            Assert.That(NetworkBits.Of(laidOut), Is.EqualTo(NetworkBits.Of(x)));
        }
    }

    // Five standard errors of mean and deviation: with a correct formula, only one weight tensor in a million fails.
    private static void AssertNormal(Tensor weight, double deviation)
    {
        var n = weight.numel();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(weight.mean().item<float>(), Is.Zero.Within(5 * deviation / Math.Sqrt(n)));
            Assert.That(weight.std().item<float>(), Is.EqualTo(deviation).Within(5 * deviation / Math.Sqrt(2 * n)));
        }
    }

    private static byte[] Weights(int seed, int classes = 5)
    {
        using var network = Small.Build(channels: 3, classes, seed);
        return NetworkBits.Of(network);
    }
}

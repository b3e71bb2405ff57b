using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class StagedNetworkTests
{
    [Test]
    public void Forward_MixingBeforeAStage_EqualsTheStagesWithMixInBetween([Range(0, 5)] int stage)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1);
        var images = rand(4, 3, 16, 16);
        var mixing = new BatchMixing(stage, new(tensor(new[] { 0.5f, 1, 0, 0.25f })), tensor(new long[] { 1, 2, 3, 0 }), PartnerGradient: true);
        var stages = network.children().Cast<nn.Module<Tensor, Tensor>>().ToList();
        var h = images;
        for (var k = 0; k < stages.Count; k++)
        {
            h = stages[k].call(k == stage ? FeatureMixing.Mix(h, mixing.Shares.Features, mixing.Partners, mixing.PartnerGradient) : h);
        }

        var mixed = network.Forward(images, mixing);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stages, Has.Count.EqualTo(6));
            Assert.That(NetworkBits.Of(mixed), Is.EqualTo(NetworkBits.Of(h)));
            Assert.That(NetworkBits.Of(mixed), Is.Not.EqualTo(NetworkBits.Of(network.forward(images))));
        }
    }

    [Test]
    public void PooledFeatures_ThenTheLinearMap_GiveTheLogits([Values] ClassifierHead head)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1, head);
        var images = rand(4, 3, 16, 16);
        var features = network.PooledFeatures(images);
        Assert.That(features.shape, Is.EqualTo(new long[] { 4, 16 }));
        var (weight, bias) = network.LinearMap;
        Assert.That(nn.functional.linear(features, weight, bias).data<float>().ToArray(), Is.EqualTo(network.forward(images).data<float>().ToArray()).Within(1e-5));
    }

    [Test]
    public void Forward_NoMixing_EqualsThePlainForward()
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1);
        var images = rand(4, 3, 16, 16);
        Assert.That(NetworkBits.Of(network.Forward(images, mixing: null)), Is.EqualTo(NetworkBits.Of(network.forward(images))));
    }
}

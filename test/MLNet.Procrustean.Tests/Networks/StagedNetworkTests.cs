using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class StagedNetworkTests
{
    [Test]
    public void Forward_MixingBeforeAStage_EqualsTheStagesWithMixInBetween([Range(0, 4)] int stage)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1);
        var images = rand(4, 3, 16, 16);
        var (lambda, partners) = (tensor(new[] { 0.5f, 1, 0, 0.25f }), tensor(new long[] { 1, 2, 3, 0 }));
        Tensor Mix(int k, Tensor features) => k == stage ? FeatureMixing.Mix(features, lambda, partners, partnerGradient: true) : features;
        var parts = network.children().Cast<nn.Module<Tensor, Tensor>>().ToList();
        var h = images;
        for (var k = 0; k < parts.Count; k++)
        {
            h = parts[k].call(k < 4 ? Mix(k, h) : h); // the fifth part pools
            h = k == 4 ? Mix(k, h) : h;
        }

        var mixed = network.Forward(images, Mix);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parts, Has.Count.EqualTo(6));
            Assert.That(NetworkBits.Of(mixed), Is.EqualTo(NetworkBits.Of(h)));
            Assert.That(NetworkBits.Of(mixed), Is.Not.EqualTo(NetworkBits.Of(network.forward(images))));
        }
    }

    [Test]
    public void Features_ThenTheLinearMap_GiveTheLogits([Values] ClassifierHead head)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1, head);
        var images = rand(4, 3, 16, 16);
        var features = network.Features(images);
        Assert.That(features.shape, Is.EqualTo(new long[] { 4, 16 }));
        var (weight, bias) = network.Head.LinearMap;
        Assert.That(
            nn.functional.linear(features, weight, bias).data<float>().ToArray(),
            Is.EqualTo(network.forward(images).data<float>().ToArray()).Within(1e-5)
        );
    }

    [TestCase("cifar-resnet-14-w16", 7)]
    [TestCase("resnet-18", 8)]
    [TestCase("resnet-50", 16)]
    [TestCase("resnet-18d-1-1-1-1", 11)]
    [TestCase("mobilenet-v3-small", 33)]
    public void Fold_AfterTraining_LeavesTheLogitsAsTheyWere(string backbone, int blocks)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = Backbone.Parse(backbone).Build(channels: 3, classes: 5, seed: 1);
        using var random = new Generator(2);
        var normalisations = network.modules().OfType<BatchNormalisation>().ToList();
        foreach (var (name, tensor) in normalisations.SelectMany(normalisation => normalisation.state_dict()))
        {
            if (name != "num_batches_tracked")
            {
                tensor.uniform_(0.5, 1.5, random); // variances and factors stay positive, and nothing is 0 or 1
            }
        }

        network.eval();
        var images = rand([6, 3, 32, 32], generator: random);
        var (before, half) = (network.forward(images), network.forward(images.to(bfloat16)));
        network.Fold();
        normalisations.ForEach(normalisation => normalisation.get_parameter("weight")!.zero_()); // no longer used
        using (Assert.EnterMultipleScope())
        {
            Assert.That(normalisations, Has.Count.GreaterThan(blocks));
            Assert.That(Difference(network.forward(images), before), Is.LessThan(1e-5));
            Assert.That(
                Difference(network.forward(images.to(bfloat16)), before),
                Is.LessThan(Math.Max(0.02, 2 * Difference(half, before)))
            );
        }
    }

    [Test]
    public void Forward_NothingBeforeStages_EqualsThePlainForward()
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1);
        var images = rand(4, 3, 16, 16);
        Assert.That(NetworkBits.Of(network.Forward(images, (_, h) => h)), Is.EqualTo(NetworkBits.Of(network.forward(images))));
    }

    [Test]
    public void Freeze_FirstParts_GetNoGradientsAndKeepTheirStatisticsWhileTheRestTrains([Range(0, 4)] int parts)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1);
        var names = network.named_children().Take(parts).Select(part => part.name + ".").ToList();
        bool IsFrozen(string name) => names.Exists(part => name.StartsWith(part, StringComparison.Ordinal));
        var before = network.state_dict().ToDictionary(pair => pair.Key, pair => NetworkBits.Of(pair.Value));

        network.Freeze(parts);
        network.train();
        network.forward(rand(4, 3, 16, 16)).sum().backward();

        using (Assert.EnterMultipleScope())
        {
            var withGradient = network.named_parameters().Where(named => named.parameter.grad is not null).Select(named => named.name);
            Assert.That(withGradient, Is.EqualTo(network.named_parameters().Select(named => named.name).Where(name => !IsFrozen(name))));
            Assert.That(network.TrainedWeights.Select(named => named.Name), Is.EqualTo(withGradient));
            foreach (var (name, values) in network.named_buffers())
            {
                Assert.That(NetworkBits.Of(values).SequenceEqual(before[name]), Is.EqualTo(IsFrozen(name)), name);
            }
        }
    }

    [TestCase(4, "layer4", "pool", "fc")]
    [TestCase(5, "fc")]
    public void Freeze_PoolingWithWeights_FollowsTheLastStage(int parts, params string[] trained)
    {
        using var network = new MobileNetV3().Build(channels: 3, classes: 2, seed: 1);
        var pooling = network.Pool.parameters().ToList();
        network.Freeze(parts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pooling, Has.Count.EqualTo(2));
            Assert.That(pooling.Select(network.DistanceFromHead), Is.All.EqualTo(1));
            Assert.That(network.Stages[^1].parameters().Select(network.DistanceFromHead), Is.All.EqualTo(1));
            Assert.That(network.TrainedWeights.Select(named => named.Name.Split('.')[0]).Distinct(), Is.EqualTo(trained));
        }
    }

    // Root mean square, as a share of that of the other.
    private static double Difference(Tensor some, Tensor other) =>
        ((some - other).square().mean().sqrt() / other.square().mean().sqrt()).item<float>();
}

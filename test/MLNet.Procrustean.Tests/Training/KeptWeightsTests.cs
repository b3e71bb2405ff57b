using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class KeptWeightsTests
{
    // The epoch's number is written into the classifier's bias.
    [TestCase(KeptEpoch.Best, new[] { 0.5, 0.7, 0.7, 0.6 }, 2)]
    [TestCase(KeptEpoch.Best, new[] { 0.0, 0.0 }, 1)]
    [TestCase(KeptEpoch.Best, new[] { 0.1, 0.2, 0.3 }, 3)]
    [TestCase(KeptEpoch.Last, new[] { 0.5, 0.7, 0.7, 0.6 }, 99)] // what the network has now
    public void RestoreChosen_Accuracies_TakesTheEarliestBest(KeptEpoch keep, double[] accuracies, int expected) =>
        Assert.That(BiasAfter(keep, accuracies, (kept, network) => kept.RestoreChosen(network)), Is.EqualTo(expected));

    [TestCase(KeptEpoch.Best, new[] { 0.5, 0.7, 0.6 }, 2)]
    [TestCase(KeptEpoch.Last, new[] { 0.5, 0.7, 0.6 }, 3)]
    [TestCase(KeptEpoch.Last, new double[0], 99)]
    public void RestoreLastGood_Accuracies_TakesTheOneToBeKept(KeptEpoch keep, double[] accuracies, int expected) =>
        Assert.That(BiasAfter(keep, accuracies, (kept, network) => kept.RestoreLastGood(network)), Is.EqualTo(expected));

    [Test]
    public void WeightSnapshot_TakenAndRestored_BringsBackWeightsAndStatistics()
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 2, seed: 1);
        var before = NetworkBits.Of(network);
        using var snapshot = WeightSnapshot.Of(network);
        network.train();
        network.forward(rand(4, 3, 16, 16)).sum().backward(); // changes the running statistics
        Bias(network).fill_(7);
        var changed = NetworkBits.Of(network);
        snapshot.Restore(network);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(changed, Is.Not.EqualTo(before));
            Assert.That(NetworkBits.Of(network), Is.EqualTo(before));
        }
    }

    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    public void IsFinite_OneWeightOrStatistic_Decides(float value)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 2, seed: 1);
        Assert.That(WeightSnapshot.IsFinite(network), Is.True);
        var statistic = network.named_buffers().First(named => named.name.EndsWith("running_var", StringComparison.Ordinal)).buffer;
        foreach (var tensor in new[] { Bias(network), statistic })
        {
            tensor[1] = value;
            Assert.That(WeightSnapshot.IsFinite(network), Is.False);
            tensor[1] = 1f;
            Assert.That(WeightSnapshot.IsFinite(network), Is.True);
        }
    }

    private static float BiasAfter(KeptEpoch keep, double[] accuracies, Action<KeptWeights, StagedNetwork> restore)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 2, seed: 1);
        using var kept = new KeptWeights(keep);
        for (var epoch = 1; epoch <= accuracies.Length; epoch++)
        {
            Bias(network).fill_(epoch);
            kept.Offer(network, accuracies[epoch - 1]);
        }

        Bias(network).fill_(99);
        restore(kept, network);
        return Bias(network)[0].item<float>();
    }

    private static Tensor Bias(StagedNetwork network) => network.Head.Bias.detach();
}

using MLNet.Procrustean.Corrections.Ternary;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

public sealed class WeightTrialsTests
{
    [Test]
    public void Improve_HeadWeights_KeepsTheLogitsOfTheFullForward([Values] ClassifierHead head, [Values] TernaryObjective objective)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var small = new SmallNetwork(head);
        using var layer = new TernaryLayer(small.Network.Head.Weight);
        using var trials = new HeadTrials(small.Network.Head, layer, small.Network.Pooled(small.Normalised()), small.Labels, objective);
        var changes = 0;
        for (var round = 0; round < 3; round++)
        {
            for (var index = 0; index < layer.Values.Length; index++)
            {
                changes += trials.Improve(layer, index) ? 1 : 0;
            }
        }

        var logits = small.Network.call(small.Normalised()).to(float64).t().contiguous().data<double>().ToArray();
        Assert.That(changes, Is.Positive);
        Assert.That(trials.Logits.SelectMany(row => row), Is.EqualTo(logits).Within(1e-5));
        Assert.That(trials.Current, Is.EqualTo(small.Objective(objective)).Within(1e-5));
    }

    // Each weight of the part, both other values: against a forward pass through the whole network that has the value.
    [Test]
    public void With_AnyWeight_IsTheObjectiveOfTheNetworkWithIt(
        [Values(0, 1, 2, 4)] int part,
        [Values(TernaryObjective.CrossEntropy, TernaryObjective.GeometricMean)] TernaryObjective objective,
        [Values] ClassifierHead head
    )
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var small = new SmallNetwork(head);
        using var inputs = small.Inputs();
        var weight = TernaryPart.Of(small.Network, TernaryLayers.All).Single(one => one.Number == part).Weights.Single();
        using var layer = new TernaryLayer(weight);
        var before = NetworkBits.Of(small.Network);
        using WeightTrials trials =
            part == 4
                ? new HeadTrials(small.Network.Head, layer, small.Network.Pooled(small.Normalised()), small.Labels, objective)
                : new StageTrials(small.Network, part, inputs.Of(part, arange(24, int64)), small.Labels, objective);
        for (var index = 0; index < layer.Values.Length; index++)
        {
            for (sbyte value = -1; value <= 1; value++)
            {
                var tried = trials.With(layer, index, value);
                Assert.That(NetworkBits.Of(small.Network), Is.EqualTo(before), "the network stays as it is");
                var kept = layer.Values[index];
                layer.Set(index, value);
                Assert.That(tried, Is.EqualTo(small.Objective(objective)).Within(1e-5), $"weight {index}, {value}");
                layer.Set(index, kept);
            }
        }
    }

    [Test]
    public void With_CosineRowThatBecomesZero_GivesItsBias()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var small = new SmallNetwork(ClassifierHead.Cosine);
        using var layer = new TernaryLayer(small.Network.Head.Weight);
        layer.Restore([1, 0, 0, 0, 1, 1, 0, 0, -1, 1, 1, 0]);
        using var trials = new HeadTrials(
            small.Network.Head,
            layer,
            small.Network.Pooled(small.Normalised()),
            small.Labels,
            TernaryObjective.CrossEntropy
        );

        var tried = trials.With(layer, 0, 0);

        layer.Set(0, 0);
        Assert.That(tried, Is.EqualTo(small.Objective(TernaryObjective.CrossEntropy)).Within(1e-5));
    }
}

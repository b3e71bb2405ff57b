using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class CosineHeadTests
{
    [Test]
    public void Forward_Features_GivesThirtyCosinesAndTheBias()
    {
        using var scope = NewDisposeScope();
        using var head = new CosineHead(features: 3, classes: 2);
        float[][] h =
        [
            [1, -2, 0.5f],
            [10, 20, 30],
            [0, 0, 0],
        ];
        float[][] w =
        [
            [.. head.Weight[0].detach().data<float>()],
            [.. head.Weight[1].detach().data<float>()],
        ];
        using (no_grad())
        {
            head.Bias.copy_(tensor(new[] { 0.5f, -1 }));
        }

        var logits = head.call(tensor(h.SelectMany(row => row).ToArray()).reshape(3, 3)).detach().data<float>().ToArray();
        for (var i = 0; i < 3; i++)
        {
            for (var c = 0; c < 2; c++)
            {
                var dot = h[i].Zip(w[c], (a, b) => (double)a * b).Sum();
                var lengths = Math.Sqrt(h[i].Sum(a => a * a) * w[c].Sum(b => b * b));
                Assert.That(logits[(2 * i) + c], Is.EqualTo((lengths == 0 ? 0 : 30 * dot / lengths) + new[] { 0.5, -1 }[c]).Within(1e-4));
            }
        }
    }

    [Test]
    public void Build_CosineHead_HasItsWeightAsTheOnlyParameterOfTheHead()
    {
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1, ClassifierHead.Cosine);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(network.Head.Kind, Is.EqualTo(ClassifierHead.Cosine));
            Assert.That(
                network
                    .named_parameters()
                    .Where(named => named.name.StartsWith("fc", StringComparison.Ordinal))
                    .Select(named => named.name),
                Is.EqualTo(new[] { "fc.weight" })
            );
            Assert.That(network.Head.Bias.data<float>().ToArray(), Is.All.Zero);
        }
    }

    // Moving to a GPU replaces the tensors, and so does a change of type.
    [Test]
    public void To_AnotherType_TakesWeightAndBiasAlong()
    {
        using var scope = NewDisposeScope();
        using var head = new CosineHead(features: 3, classes: 2);
        head.to(float64);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(head.Weight.dtype, Is.EqualTo(ScalarType.Float64));
            Assert.That(head.Bias.dtype, Is.EqualTo(ScalarType.Float64));
            Assert.That(head.call(rand(4, 3, float64)).shape, Is.EqualTo(new long[] { 4, 2 }));
        }
    }

    [Test]
    public void Build_CosineHead_IgnoresTheGlobalGenerator()
    {
        byte[] Bits(int global)
        {
            manual_seed(global);
            using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1, ClassifierHead.Cosine);
            return NetworkBits.Of(network);
        }

        Assert.That(Bits(1), Is.EqualTo(Bits(2)));
    }
}

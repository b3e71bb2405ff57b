using MLNet.Procrustean.Corrections.Ternary;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

public sealed class TernaryLayerTests
{
    [Test]
    public void Quantise_Weights_FollowsTheDefinition()
    {
        var random = new Random(1);
        var weights = Enumerable.Range(0, 6 * 11).Select(i => i / 11 == 4 ? 0 : (random.NextSingle() * 2) - 1).ToArray();

        var (values, scales) = TernaryLayer.Quantise(weights, perChannel: 11);

        for (var channel = 0; channel < 6; channel++)
        {
            var (sum, kept, sumOfKept) = (0.0, 0, 0.0);
            for (var i = 0; i < 11; i++)
            {
                sum += Math.Abs(weights[(channel * 11) + i]);
            }

            for (var i = 0; i < 11; i++)
            {
                var weight = weights[(channel * 11) + i];
                var isKept = Math.Abs(weight) > 0.7 * (sum / 11);
                Assert.That(values[(channel * 11) + i], Is.EqualTo(isKept ? Math.Sign(weight) : 0), $"{channel}, {i}");
                kept += isKept ? 1 : 0;
                sumOfKept += isKept ? Math.Abs(weight) : 0;
            }

            Assert.That(kept > 0, Is.EqualTo(channel != 4));
            Assert.That(scales[channel], Is.EqualTo(kept == 0 ? 0 : sumOfKept / kept).Within(1e-7));
        }
    }

    [Test]
    public void Set_OneWeight_ChangesItInTheNetworkAndNoOther()
    {
        using var weight = tensor(new[] { 1f, -1, 0.1f, 2, 2, -0.1f }).reshape(2, 3, 1, 1);
        using var layer = new TernaryLayer(weight);
        Assert.That(weight.data<float>().ToArray(), Is.EqualTo(new[] { 1f, -1, 0, 2, 2, 0 }));

        layer.Set(4, -1);
        layer.Set(2, 1);
        layer.Set(0, 0);

        Assert.That(weight.data<float>().ToArray(), Is.EqualTo(new[] { 0f, -1, 1, 2, -2, 0 }));
        Assert.That(layer.Values, Is.EqualTo(new sbyte[] { 0, -1, 1, 1, -1, 0 }));
    }

    // As convolutions have it: the channels of the input are innermost in memory.
    [Test]
    public void Set_WeightInAnotherLayout_ChangesThePlaceOfItsShape()
    {
        using var scope = NewDisposeScope();
        var drawn = Enumerable.Range(0, 2 * 3 * 2 * 2).Select(i => i % 2 == 0 ? 1f : -1f).ToArray();
        var weight = tensor(drawn).reshape(2, 3, 2, 2).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Assert.That(weight.is_contiguous(), Is.False);
        using var layer = new TernaryLayer(weight);
        for (var index = 0; index < drawn.Length; index++)
        {
            layer.Set(index, 0);
            drawn[index] = 0;
            Assert.That(weight.contiguous().data<float>().ToArray(), Is.EqualTo(drawn), $"{index}");
        }
    }

    [Test]
    public void Restore_Values_HasNoNegativeZero()
    {
        using var weight = tensor(new[] { 1f, -1, 0.1f, -3 }).reshape(2, 2);
        using var layer = new TernaryLayer(weight);

        layer.Restore([0, -1, 0, 1]);

        Assert.That(
            weight.data<float>().ToArray().Select(BitConverter.SingleToInt32Bits),
            Is.EqualTo(new[] { 0f, -1, 0, 3 }.Select(BitConverter.SingleToInt32Bits))
        );
    }
}

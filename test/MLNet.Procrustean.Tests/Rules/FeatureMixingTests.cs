using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Rules;

public sealed class FeatureMixingTests
{
    private static readonly float[] Weights = [0.5f, 1, 0.25f, 0, 0.9f];
    private static readonly long[] Partners = [2, 0, 2, 1, 3];

    [Test]
    public void Mix_PooledFeatures_FollowsTheFormula()
    {
        using var scope = NewDisposeScope();
        var h = randn(5, 3);
        var mixed = FeatureMixing.Mix(h, tensor(Weights), tensor(Partners), partnerGradient: true);
        Assert.That(mixed.data<float>().ToArray(), Is.EqualTo(Naive(h, 3)).Within(1e-6));
    }

    [Test]
    public void Mix_FeatureMaps_FollowsTheFormula([Values] bool channelsLast)
    {
        using var scope = NewDisposeScope();
        var h = randn(5, 2, 3, 4);
        var mixed = FeatureMixing.Mix(
            channelsLast ? WeightInitialisation.ChannelsLast(h) : h,
            tensor(Weights),
            tensor(Partners),
            partnerGradient: true
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mixed.shape, Is.EqualTo(h.shape));
            Assert.That(mixed.contiguous().data<float>().ToArray(), Is.EqualTo(Naive(h, 24)).Within(1e-6));
        }
    }

    [Test]
    public void Mix_ChannelsLast_StaysChannelsLast()
    {
        using var scope = NewDisposeScope();
        var mixed = FeatureMixing.Mix(
            WeightInitialisation.ChannelsLast(randn(5, 2, 3, 4)),
            tensor(Weights),
            tensor(Partners),
            partnerGradient: true
        );
        Assert.That(mixed.stride(), Is.EqualTo(new long[] { 24, 1, 8, 2 }));
    }

    [Test]
    public void Mix_WholeOwnShare_KeepsTheRowBitForBit([Values] bool partnerGradient)
    {
        using var scope = NewDisposeScope();
        var h = randn(5, 2, 3, 4) * 1e6;
        var mixed = FeatureMixing.Mix(h, tensor(Weights), tensor(Partners), partnerGradient);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(mixed[1]), Is.EqualTo(NetworkBits.Of(h[1])));
            Assert.That(NetworkBits.Of(mixed[0]), Is.Not.EqualTo(NetworkBits.Of(h[0])));
        }
    }

    // By hand: with loss Σ g_i h̃_i, row j gets λ_j g_j, and (1 − λ_i) g_i from each i whose partner it is: 0 and 2 have 2, 1 has 0, 3 has
    // 1, 4 has 3.
    [TestCase(
        true,
        new[] { 0.5f * 1, (1 * 10) + (1f * 1000), (0.25f * 100) + (0.5f * 1) + (0.75f * 100), (0 * 1000) + (0.1f * 10000), 0.9f * 10000 }
    )]
    [TestCase(false, new[] { 0.5f * 1, 1 * 10, 0.25f * 100, 0f, 0.9f * 10000 })]
    public void Mix_Gradient_FlowsThroughThePartnerOnlyWhereAsked(bool partnerGradient, float[] expected)
    {
        using var scope = NewDisposeScope();
        var h = randn([5, 1], requires_grad: true);
        var g = tensor(new float[] { 1, 10, 100, 1000, 10000 }).unsqueeze(1);
        (FeatureMixing.Mix(h, tensor(Weights), tensor(Partners), partnerGradient) * g).sum().backward();
        Assert.That(h.grad!.data<float>().ToArray(), Is.EqualTo(expected).Within(0.005));
    }

    [Test]
    public void Draw_Batch_AsksForTheSharesOfThePairsOfAPermutation()
    {
        using var scope = NewDisposeScope();
        var mixing = new FeatureMixing(
            MixingDepth.BeforeStage(3),
            (own, partner, _) => (own.to(float32) / 2, partner.to(float32) / 4),
            PartnerGradient: false
        );
        long[] labels = [2, 0, 0, 1];
        var batch = mixing.Draw(tensor(labels), residualStages: 3, new Generator(1));
        var partners = batch.Partners.data<long>().ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.Stage, Is.EqualTo(3));
            Assert.That(batch.Lambda.data<float>().ToArray(), Is.EqualTo(new[] { 1, 0, 0, 0.5f }));
            Assert.That(partners, Is.EquivalentTo(new long[] { 0, 1, 2, 3 }));
            Assert.That(batch.Mu!.data<float>().ToArray(), Is.EqualTo(partners.Select(row => labels[row] / 4f)));
        }
    }

    [Test]
    public void Draw_ManyBatches_PairsAnyTwoRows()
    {
        using var scope = NewDisposeScope();
        var mixing = new FeatureMixing(MixingDepth.Input, (labels, _, _) => (ones(labels.shape[0]), null));
        var random = new Generator(1);
        var pairs = new HashSet<(int, long)>();
        for (var i = 0; i < 100; i++)
        {
            var partners = mixing.Draw(zeros(4, ScalarType.Int64), residualStages: 3, random).Partners.data<long>().ToArray();
            pairs.UnionWith(partners.Select((partner, row) => (row, partner)));
        }

        Assert.That(pairs, Has.Count.EqualTo(16));
    }

    private static float[] Naive(Tensor features, int valuesPerRow)
    {
        var h = features.contiguous().data<float>().ToArray();
        var mixed = new float[h.Length];
        for (var i = 0; i < Weights.Length; i++)
        {
            for (var k = 0; k < valuesPerRow; k++)
            {
                mixed[(i * valuesPerRow) + k] =
                    (Weights[i] * h[(i * valuesPerRow) + k]) + ((1 - Weights[i]) * h[(Partners[i] * valuesPerRow) + k]);
            }
        }

        return mixed;
    }
}

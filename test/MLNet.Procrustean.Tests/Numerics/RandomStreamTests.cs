using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Numerics;

public sealed class RandomStreamTests
{
    [Test]
    public void Generator_StreamsSeedsAndEpochs_AllDrawDifferently()
    {
        using var scope = NewDisposeScope();
        var draws =
            from stream in Enum.GetValues<RandomStream>()
            from seed in new[] { -1, 0, 1, 2, int.MaxValue }
            from epoch in new[] { 0, 1, 2, 3 }
            select string.Join(' ', Draw(stream, seed, epoch));
        Assert.That(draws.ToList(), Is.Unique.And.Count.EqualTo(20 * Enum.GetValues<RandomStream>().Length));
    }

    [Test]
    public void Generator_SameArguments_DrawsTheSame()
    {
        using var scope = NewDisposeScope();
        var one = Draw(RandomStream.Mixing, 7, 3);
        Assert.That(Draw(RandomStream.Mixing, 7, 3), Is.EqualTo(one));
    }

    [Test]
    public void Generator_StepsOfEpochs_AllDrawDifferently()
    {
        using var scope = NewDisposeScope();
        var draws =
            from seed in new[] { -1, 0, 1 }
            from epoch in new[] { 0, 1, 2 }
            from step in new[] { 0, 1, 2, 100 }
            let random = RandomStream.Perturbation.Generator(seed, epoch, step)
            select string.Join(' ', rand(3, generator: random).data<float>().ToArray());
        Assert.That(draws.ToList(), Is.Unique.And.Count.EqualTo(36));
    }

    // Mixing with λ ≡ 1 draws partners and depths, and must change neither order nor augmentation.
    [Test]
    public void Train_MixingWithWholeOwnShares_GivesTheWeightsOfPlainTraining(
        [Values(0, 1, 3, -1, -2)] int place,
        [Values] bool partnerGradient
    )
    {
        using var images = ToyImages.Of(12, 5);
        var depth = place switch
        {
            -1 => MixingDepth.AnyStage,
            -2 => MixingDepth.PooledFeatures,
            _ => MixingDepth.BeforeStage(place),
        };
        var mixing = new StrategyOf(_ => new() { Mixing = new(depth, (labels, _, _) => (ones(labels.shape[0]), null), partnerGradient) });
        Assert.That(
            SmallTraining.Weights(SmallTraining.Options with { Strategy = mixing }, images),
            Is.EqualTo(SmallTraining.Weights(SmallTraining.Options, images))
        );
    }

    [Test]
    public void Train_OtherAugmentation_KeepsTheOrder()
    {
        using var images = ToyImages.Of([.. Enumerable.Repeat(1, 17)]);
        Assert.That(OrderWith(new Augmentation()), Is.EqualTo(OrderWith(Augmentation.None)));

        List<long> OrderWith(Augmentation augmentation)
        {
            var seen = new List<long>();
            var options = SmallTraining.Options with
            {
                Augmentation = augmentation,
                Strategy = StrategyOf.Watching((_, labels) => seen.AddRange(labels)),
            };
            SmallTraining.Run(options, images).Dispose();
            return seen;
        }
    }

    private static long[] Draw(RandomStream stream, int seed, int epoch) =>
        randint(0, 1L << 40, [4], ScalarType.Int64, generator: stream.Generator(seed, epoch)).data<long>().ToArray();
}

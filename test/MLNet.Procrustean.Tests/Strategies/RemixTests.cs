using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class RemixTests
{
    [Test]
    public void Shares_AllPairsOfClasses_AreThoseOfThePaper([Range(1, 6)] int seed, [Values(3, 1.5)] double kappa)
    {
        using var scope = NewDisposeScope();
        long[] counts = [900, 300, 299, 160, 10];
        var pairs = Enumerable.Range(0, 25).Select(pair => (Own: pair / 5, Partner: pair % 5)).ToArray();
        var mixing = new Remix
        {
            Alpha = 2,
            Tau = 0.6,
            Kappa = kappa,
        }
            .RuleFor(new(1, 2, ToyImages.Counts(counts), CPU))
            .Mixing!;

        var shares = mixing.Shares(
            tensor(pairs.Select(pair => (long)pair.Own).ToArray()),
            tensor(pairs.Select(pair => (long)pair.Partner).ToArray()),
            new Generator((ulong)seed)
        );

        var own = shares.Mu!.contiguous().data<float>().ToArray();
        var lambda = shares.Lambda.contiguous().data<float>()[0];
        for (var i = 0; i < pairs.Length; i++)
        {
            var ratio = (double)counts[pairs[i].Own] / counts[pairs[i].Partner];
            var expected = lambda;
            if (ratio >= kappa && lambda < 0.6)
            {
                expected = 0;
            }
            else if (ratio <= 1 / kappa && 1 - lambda < 0.6)
            {
                expected = 1;
            }

            Assert.That(own[i], Is.EqualTo(expected), $"{pairs[i]}, lambda {lambda}");
        }
    }

    [Test]
    public void Train_EqualCounts_IsMixupBitForBit()
    {
        using var images = ToyImages.Of(9, 9, 9);
        var options = SmallTraining.Options;
        Assert.That(
            SmallTraining.Weights(options with { Strategy = new Remix { Alpha = 0.5 } }, images),
            Is.EqualTo(SmallTraining.Weights(options with { Strategy = new Mixup { Alpha = 0.5 } }, images))
        );
    }

    [Test]
    public void Options_OutOfRange_SayWhatIsAllowed()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new Remix { Alpha = 0 },
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0.01 to 100")
            );
            Assert.That(
                () => new Remix { Kappa = 0.5 },
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 1 to 10000")
            );
            Assert.That(
                () => new Remix { Tau = 1.5 },
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 1")
            );
        }
    }
}

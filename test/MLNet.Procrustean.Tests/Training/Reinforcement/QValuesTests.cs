using MLNet.Procrustean.Training.Reinforcement;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training.Reinforcement;

/// <summary>Each equation against a loop over images and classes.</summary>
public sealed class QValuesTests
{
    private const int Images = 200;
    private const int Classes = 4;
    private static readonly float[] Values = [0.25f, 1, 0.1f, 0.5f];
    private static readonly bool[] Minor = [false, true, false, true];
    private readonly long[] actions = Draw(1, Classes);
    private readonly long[] labels = Draw(2, Classes);
    private readonly bool[] last = [.. Draw(3, 2).Select(drawn => drawn == 0)];

    [Test]
    public void Rewards_OfAllActions_AreThoseOfTheClassWithItsSign()
    {
        using var scope = NewDisposeScope();
        var found = QValues.Rewards(tensor(actions), tensor(labels), tensor(Values)).data<float>().ToArray();
        Assert.That(found, Is.EqualTo(Enumerable.Range(0, Images).Select(Reward)));
    }

    [Test]
    public void Ends_OfAllActions_AreWrongAnswersToMinorClassesAndTheLastImage()
    {
        using var scope = NewDisposeScope();
        var found = QValues.Ends(tensor(actions), tensor(labels), tensor(last), tensor(Minor)).data<bool>().ToArray();
        Assert.That(found, Is.EqualTo(Enumerable.Range(0, Images).Select(Ends)));
    }

    [TestCase(0, false)]
    [TestCase(0.1, false)]
    [TestCase(0.5, true)]
    public void Targets_OfAllTransitions_AreTheDefinition(double gamma, bool doubleQ)
    {
        using var scope = NewDisposeScope();
        var (target, online) = (Matrix(5), Matrix(6)); // of the next states
        var best = QValues.OfBest(target, doubleQ ? online : null);
        var rewards = QValues.Rewards(tensor(actions), tensor(labels), tensor(Values));
        var ends = QValues.Ends(tensor(actions), tensor(labels), tensor(last), tensor(Minor));
        var found = QValues.Targets(rewards, ends, gamma, best).data<float>().ToArray();

        var (q, own) = (target.data<float>().ToArray(), online.data<float>().ToArray());
        for (var i = 0; i < Images; i++)
        {
            var chosen = 0;
            for (var a = 1; a < Classes; a++)
            {
                var by = doubleQ ? own : q;
                chosen = by[(i * Classes) + a] > by[(i * Classes) + chosen] ? a : chosen;
            }

            var expected = Ends(i) ? Reward(i) : Reward(i) + (gamma * q[(i * Classes) + chosen]);
            Assert.That(found[i], Is.EqualTo(expected).Within(1e-6), $"transition {i}");
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Losses_OfAllTransitions_AreThoseOfTheChosenValue(bool huber)
    {
        using var scope = NewDisposeScope();
        var (values, targets) = (Matrix(7), Matrix(8).narrow(1, 0, 1).squeeze(1));
        var found = QValues.Losses(values, tensor(actions), targets, huber).data<float>().ToArray();
        var (q, y) = (values.data<float>().ToArray(), targets.contiguous().data<float>().ToArray());
        var large = 0;
        for (var i = 0; i < Images; i++)
        {
            double e = q[(i * Classes) + actions[i]] - y[i];
            large += Math.Abs(e) > 1 ? 1 : 0;
            var expected =
                !huber ? e * e
                : Math.Abs(e) <= 1 ? e * e / 2
                : Math.Abs(e) - 0.5;
            Assert.That(found[i], Is.EqualTo(expected).Within(1e-5), $"transition {i}");
        }

        Assert.That(large, Is.InRange(20, Images - 20), "both parts of Huber's loss");
    }

    [Test]
    public void Targets_EndedEpisode_IgnoreWhatFollowsEvenIfItIsInfinite()
    {
        using var scope = NewDisposeScope();
        var next = tensor(new[] { float.PositiveInfinity, 3 });
        var targets = QValues.Targets(tensor(new float[] { -1, 1 }), tensor(new[] { true, false }), 0.5, next);
        Assert.That(targets.data<float>().ToArray(), Is.EqualTo(new[] { -1, 2.5f }));
    }

    [TestCase(0)]
    [TestCase(0.3)]
    [TestCase(1)]
    public void Explored_ManyActions_AreAtRandomWithThatProbability(double epsilon)
    {
        using var scope = NewDisposeScope();
        const int count = 20_000;
        using var random = new Generator(4);
        var found = QValues.Explored(ones(count, int64) * 2, epsilon, Classes, random).data<long>().ToArray();
        using (Assert.EnterMultipleScope())
        {
            for (var a = 0; a < Classes; a++)
            {
                var expected = (epsilon / Classes) + (a == 2 ? 1 - epsilon : 0);
                Assert.That(found.Count(action => action == a) / (double)count, Is.EqualTo(expected).Within(0.015), $"action {a}");
            }
        }
    }

    // A population of one image, a share p of which is minor: γ = 0, so that the value of an action is its mean reward.
    [TestCase(0.2)]
    [TestCase(0.05)]
    [TestCase(1)]
    public void Rewards_MeanOverAPopulation_FlipAtTheShareSolvedByHand(double rho)
    {
        using var scope = NewDisposeScope();
        const int population = 1000;
        var flip = rho / (1 + rho); // p · 1 = (1 − p) · ρ
        var rewards = tensor(new[] { (float)rho, 1 });
        for (var minor = 0; minor <= population; minor += 10)
        {
            var y = cat([ones(minor, int64), zeros(population - minor, int64)]);
            var ofMinor = QValues.Rewards(ones(population, int64), y, rewards).mean().item<float>();
            var ofMajor = QValues.Rewards(zeros(population, int64), y, rewards).mean().item<float>();
            var p = (double)minor / population;
            Assert.That(ofMinor, Is.EqualTo(p - ((1 - p) * rho)).Within(1e-5));
            if (Math.Abs(p - flip) > 1e-3)
            {
                Assert.That(ofMinor > ofMajor, Is.EqualTo(p > flip), $"a share of {p}");
            }
        }
    }

    private float Reward(int i) => actions[i] == labels[i] ? Values[labels[i]] : -Values[labels[i]];

    private bool Ends(int i) => last[i] || (actions[i] != labels[i] && Minor[labels[i]]);

    private static long[] Draw(int seed, int end)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Images).Select(_ => (long)random.Next(end))];
    }

    private static Tensor Matrix(int seed)
    {
        using var random = new Generator((ulong)seed);
        return randn(Images, Classes, generator: random);
    }
}

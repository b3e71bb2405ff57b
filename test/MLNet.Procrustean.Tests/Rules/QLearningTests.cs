namespace MLNet.Procrustean.Tests.Rules;

public sealed class QLearningTests
{
    [Test]
    public void EpsilonAt_HalfOfTheSteps_FallsLinearlyAndStays()
    {
        var learning = new QLearning { ExplorationShare = 0.5, FinalEpsilon = 0.2 };
        using (Assert.EnterMultipleScope())
        {
            for (var step = 0; step < 100; step++)
            {
                var expected = step < 50 ? 1 - (0.8 * step / 50) : 0.2;
                Assert.That(learning.EpsilonAt(step, 100), Is.EqualTo(expected).Within(1e-12), $"step {step}");
            }
        }
    }

    [TestCase(0, 0.01)]
    [TestCase(1, 1)]
    public void EpsilonAt_FirstStep_IsOneUnlessNothingIsExplored(double share, double expected) =>
        Assert.That(new QLearning { ExplorationShare = share }.EpsilonAt(0, 10), Is.EqualTo(expected));

    [TestCase(null, 120, new long[] { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110 })]
    [TestCase(50, 120, new long[] { 0, 50, 100 })]
    [TestCase(10_000, 120, new long[] { 0 })]
    [TestCase(null, 3, new long[] { 0, 1, 2 })]
    public void RefreshesTargetAt_AllSteps_IsEveryInterval(int? interval, int steps, long[] expected) =>
        Assert.That(
            Enumerable.Range(0, steps).Where(step => new QLearning { TargetInterval = interval }.RefreshesTargetAt(step, steps)),
            Is.EqualTo(expected)
        );

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        using (Assert.EnterMultipleScope())
        {
            Refuses(() => _ = new QLearning { Gamma = 1.1 }, "Gamma is 1.1; it must be from 0 to 1.");
            Refuses(() => _ = new QLearning { Gamma = double.NaN }, "Gamma is NaN");
            Refuses(() => _ = new QLearning { MemorySize = 0 }, "MemorySize is 0; it must be from 1 to 100000000.");
            Refuses(() => _ = new QLearning { ExplorationShare = -0.1 }, "ExplorationShare is -0.1; it must be from 0 to 1.");
            Refuses(() => _ = new QLearning { FinalEpsilon = 2 }, "FinalEpsilon is 2; it must be from 0 to 1.");
            Refuses(() => _ = new QLearning { TargetInterval = 0 }, "TargetInterval is 0; it must be at least 1.");
        }
    }

    private static void Refuses(Action make, string message) =>
        Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
}

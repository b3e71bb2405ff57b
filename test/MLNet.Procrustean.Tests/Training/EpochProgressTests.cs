using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class EpochProgressTests
{
    // Normal draws come in pairs, of which the second waits in the generator; 700 numbers are more than its state holds at once.
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(700)]
    public void Restore_AfterAnyNumberOfDraws_DrawsOnAsIfNeverInterrupted(int drawn)
    {
        using var scope = NewDisposeScope();
        using var whole = New();
        foreach (var random in new[] { whole.Augmentation, whole.Mixing })
        {
            randint(0, 10, [drawn], int64, generator: random);
            randn(drawn, generator: random);
            rand(drawn, generator: random);
        }

        using var later = New();
        later.Restore(whole.Moment());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Draws(later.Augmentation), Is.EqualTo(Draws(whole.Augmentation)));
            Assert.That(Draws(later.Mixing), Is.EqualTo(Draws(whole.Mixing)));
            Assert.That(Draws(later.Mixing), Is.Not.EqualTo(Draws(later.Augmentation)));
        }
    }

    [Test]
    public void Restore_SumsAndSteps_BringsThemBack()
    {
        using var scope = NewDisposeScope();
        using var whole = New();
        whole.Add(tensor(new long[] { 1, 2, 2 }), tensor(new[] { 0.25 }), tensor(new long[] { 1, 0, 0 }), 0.1);
        whole.Add(tensor(new long[] { 0, 2, 1 }), tensor(new[] { 1 / 3.0 }), tensor(new long[] { 0, 1, 1 }), 0.3);

        using var later = New();
        later.Restore(whole.Moment());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (later.Steps, later.LearningRate, later.LossSum.item<double>()),
                Is.EqualTo((2, 0.3, (3 * 0.25) + (3 * (1 / 3.0))))
            );
            Assert.That(later.Seen.data<long>().ToArray(), Is.EqualTo(new long[] { 1, 2, 3 }));
            Assert.That(later.Correct.data<long>().ToArray(), Is.EqualTo(new long[] { 0, 2, 1 }));
            Assert.That(later.Accuracy(), Is.EqualTo(new[] { 0, 1, 1 / 3.0 }));
        }
    }

    [Test]
    public void Dispose_InsideOrOutsideAScope_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() =>
            {
                using var whole = New();
                using var later = New();
                later.Restore(whole.Moment());
            }),
            Is.Zero
        );

    private static EpochProgress New() => new(2, TimeSpan.Zero, seed: 1, classes: 3, CPU);

    private static double[] Draws(Generator random) =>
        [
            .. randint(0, 1L << 40, [5], int64, generator: random).to(float64).data<double>(),
            .. randn(5, float64, generator: random).data<double>(),
            .. rand(5, float64, generator: random).data<double>(),
            .. randperm(20, int64, generator: random).to(float64).data<double>(),
        ];
}

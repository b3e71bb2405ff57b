using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Corrections;

public sealed class PostHocLogitAdjustmentTests
{
    private readonly TinyModel tiny = TinyModel.Shared;

    // softmax(z − τ log π) is softmax(z) / π^τ, normalised.
    [Test]
    public void AdjustLogits_Scores_AreDividedByThePowersOfTheFrequencies([Values(0.5, 1)] double tau)
    {
        using var adjusted = tiny.Classifier.AdjustLogits(tau);
        double[] frequencies = [20 / 36.0, 10 / 36.0, 6 / 36.0];
        var expected = tiny.Scores()
            .Select(scores =>
            {
                var divided = scores.Select((score, c) => score / Math.Pow(frequencies[c], tau)).ToArray();
                return divided.Select(value => value / divided.Sum()).ToArray();
            });
        Assert.That(
            TinyModel.Scores(adjusted.Transform(tiny.Images)).SelectMany(row => row),
            Is.EqualTo(expected.SelectMany(row => row)).Within(1e-5)
        );
    }

    [Test]
    public void AdjustLogits_Model_IsLeftAsItIs()
    {
        var before = tiny.Scores();
        using (var adjusted = tiny.Classifier.AdjustLogits(3))
        {
            Assert.That(adjusted.EpochReports, Is.EqualTo(tiny.Classifier.EpochReports));
        }

        Assert.That(tiny.Scores(), Is.EqualTo(before));
    }

    [Test]
    public void AdjustLogits_TauZero_ScoresTheSame()
    {
        using var same = tiny.Classifier.AdjustLogits(0);
        Assert.That(TinyModel.Scores(same.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
    }

    [Test]
    public void AdjustLogits_ThenDispose_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() => tiny.Classifier.AdjustLogits().Dispose()),
            Is.EqualTo(NativeMemory.CountedTwice(TinyModel.Options.Backbone))
        );

    [TestCase(-0.1)]
    [TestCase(11)]
    [TestCase(double.NaN)]
    public void AdjustLogits_TauOutOfRange_SaysWhatIsAllowed(double tau) =>
        Assert.That(
            () => tiny.Classifier.AdjustLogits(tau),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 10")
        );
}

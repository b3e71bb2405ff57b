namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class EpochReportTests
{
    private static readonly EpochReport Report = new()
    {
        Epoch = 3,
        Epochs = 12,
        Loss = 0.12345,
        LearningRate = 0.09876,
        ImagesPerSecond = 1234.4,
        Classes = ["cat", "dog"],
        TrainingAccuracy = [0.987, 0.5],
        Elapsed = TimeSpan.FromSeconds(60),
    };

    [Test]
    public void TimeLeft_QuarterDone_IsThreeTimesTheTimeSoFar() => Assert.That(Report.TimeLeft, Is.EqualTo(TimeSpan.FromSeconds(180)));

    [Test]
    public void TimeLeft_LongPreparation_TakesThePaceFromTheEpochsAlone() =>
        Assert.That((Report with { Preparation = TimeSpan.FromSeconds(48) }).TimeLeft, Is.EqualTo(TimeSpan.FromSeconds(36)));

    [Test]
    public void TimeLeft_LastEpoch_IsZero() => Assert.That((Report with { Epoch = 12 }).TimeLeft, Is.EqualTo(TimeSpan.Zero));

    [Test]
    [SetCulture("de-DE")]
    public void ToString_ForeignCulture_IsOneInvariantLine() =>
        Assert.That(
            Report.ToString(),
            Is.EqualTo(
                "Epoch 3/12: loss 0.1235, learning rate 0.0988, 1234 images/s, "
                    + "training accuracy by class [cat 0.99 dog 0.50], 00:03:00 left"
            )
        );

    [Test]
    public void ToString_Validation_TellsItsAccuracy() =>
        Assert.That(
            (Report with { ValidationMacroAccuracy = 0.75 }).ToString(),
            Does.Contain("images/s, validation macro accuracy 0.750, training")
        );

    [Test]
    public void ToString_NewRule_TellsItBeforeTheLoss() =>
        Assert.That(
            (Report with { RuleChange = "another loss" }).ToString(),
            Does.StartWith("Epoch 3/12, from here on by a new rule (another loss): loss 0.1235,")
        );

    [Test]
    public void ToString_MoreThanADayLeft_CountsAllHours() =>
        Assert.That((Report with { Elapsed = TimeSpan.FromHours(10.01) }).ToString(), Does.EndWith(", 30:01:48 left"));

    [Test]
    public void ToString_SmallLearningRate_IsNotZero() =>
        Assert.That((Report with { LearningRate = 0.00001 }).ToString(), Does.Contain("learning rate 1E-05,"));
}

namespace MLNet.Procrustean.Tests.Rules;

public sealed class LearningRateScheduleTests
{
    [TestCase(1, 30)]
    [TestCase(0, 30)]
    [TestCase(5, 10)]
    [TestCase(50, 10)]
    public void FactorAt_Cosine_RisesLinearlyThenFallsAlongHalfACosine(int warmUpEpochs, int epochs)
    {
        var schedule = new CosineSchedule { WarmUpEpochs = warmUpEpochs };
        var warm = warmUpEpochs < epochs ? warmUpEpochs : epochs - 1;
        for (var progress = 0.0; progress <= epochs; progress += 0.125)
        {
            var expected = progress < warm ? progress / warm : (1 + Math.Cos(Math.PI * (progress - warm) / (epochs - warm))) / 2;
            Assert.That(schedule.FactorAt(progress, epochs), Is.EqualTo(expected).Within(1e-12), $"at {progress}");
        }
    }

    [TestCase(0, 1)]
    [TestCase(79.99, 1)]
    [TestCase(80, 0.01)]
    [TestCase(89.9, 0.01)]
    [TestCase(90, 0.0001)]
    [TestCase(100, 0.0001)]
    public void FactorAt_Steps_DropsAtEachMilestone(double progress, double expected) =>
        Assert.That(new StepSchedule { WarmUpEpochs = 0 }.FactorAt(progress, 100), Is.EqualTo(expected).Within(1e-12));

    [TestCase(1, 0.2)]
    [TestCase(2.5, 0.5)]
    [TestCase(5, 1)]
    [TestCase(6, 0.5)]
    [TestCase(9.5, 0.25)]
    public void FactorAt_StepsWithWarmUp_RisesFirst(double progress, double expected) =>
        Assert.That(
            new StepSchedule
            {
                WarmUpEpochs = 5,
                Milestones = [0.9, 0.6],
                Factor = 0.5,
            }.FactorAt(progress, 10),
            Is.EqualTo(expected).Within(1e-12)
        );

    [TestCase(0, 1)]
    [TestCase(0.5, 0.5)]
    [TestCase(1, 0)]
    public void FactorAt_TrainingOfOneEpoch_HasNoWarmUp(double progress, double expected) =>
        Assert.That(new CosineSchedule { WarmUpEpochs = 3 }.FactorAt(progress, 1), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void Constructor_OutOfRange_SaysWhatIsAllowed()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new CosineSchedule { WarmUpEpochs = -1 }, Refuses("WarmUpEpochs is -1; it must be at least 0"));
            Assert.That(() => new StepSchedule { Milestones = [0.5, 1.5] }, Refuses("Milestones is 1.5; it must be from 0 to 1"));
            Assert.That(() => new StepSchedule { Factor = -0.1 }, Refuses("Factor is -0.1; it must be from 0 to 1"));
            Assert.That(() => new StepSchedule { Factor = double.NaN }, Refuses("Factor is NaN; it must be from 0 to 1"));
            Assert.That(() => new StepSchedule { Milestones = null! }, Throws.ArgumentNullException);
        }
    }

    [Test]
    public void Milestones_ListChangedAfterwards_StayAsTheyWere()
    {
        var milestones = new List<double> { 0.5 };
        var schedule = new StepSchedule { Milestones = milestones };
        milestones[0] = 7;
        Assert.That(schedule.Milestones, Is.EqualTo(new[] { 0.5 }));
    }

    [Test]
    public void Equals_StepSchedules_ComparesWhatTheyHold()
    {
        var schedule = new StepSchedule { WarmUpEpochs = 5, Milestones = [0.8, 0.9] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new StepSchedule { WarmUpEpochs = 5 }, Is.EqualTo(schedule));
            Assert.That(new StepSchedule { WarmUpEpochs = 5 }.GetHashCode(), Is.EqualTo(schedule.GetHashCode()));
            Assert.That(schedule with { WarmUpEpochs = 4 }, Is.Not.EqualTo(schedule));
            Assert.That(schedule with { Milestones = [0.8] }, Is.Not.EqualTo(schedule));
            Assert.That(schedule with { Factor = 0.1 }, Is.Not.EqualTo(schedule));
        }
    }

    [Test]
    [SetCulture("de-DE")]
    public void ToString_StepSchedule_PrintsItsMilestones() =>
        Assert.That(new StepSchedule().ToString(), Is.EqualTo("StepSchedule { WarmUpEpochs = 1, Milestones = [0.8, 0.9], Factor = 0.01 }"));

    private static NUnit.Framework.Constraints.ContainsConstraint Refuses(string message) =>
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message);
}

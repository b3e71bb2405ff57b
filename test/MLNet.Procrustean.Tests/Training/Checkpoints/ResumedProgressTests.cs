using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>What a training tells that was interrupted.</summary>
public sealed class ResumedProgressTests
{
    private CheckpointedTraining training = null!;

    [SetUp]
    public void TakeAFolder() => training = new();

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [Test]
    public void Fit_Resumed_BeginsAtTheImageReached()
    {
        training.Cancel(step: CheckpointedTraining.StepsOfEpoch + 2);
        var reports = new List<PhaseReport>();
        training.Fit(training.Options with { PhaseProgress = new CalledProgress<PhaseReport>(reports.Add) }).Dispose();
        var first = reports.First(report => report.Phase == TrainingPhase.Training);
        Assert.That(
            (first.Epoch, first.Epochs, first.Images, first.TotalImages, first.TimeLeft),
            Is.EqualTo(((int?)2, (int?)3, 8L, (long?)19, (TimeSpan?)null)),
            "two batches of four"
        );
    }

    [TestCase(CheckpointedTraining.StepsOfEpoch + 2, 2)] // within the epoch of the change
    [TestCase((2 * CheckpointedTraining.StepsOfEpoch) + 2, 3)] // after it
    public void Fit_ResumedAroundANewRule_TellsItOnceAndKeepsItInTheReports(int step, int resumedIn)
    {
        var losses = 0;
        using var cancellation = new CancellationTokenSource();
        var reports = new List<EpochReport>();
        var plain = new PlainTraining();
        var options = training.Options with
        {
            Strategy = new StrategyOf(epoch => epoch.Number < 2 ? Counted(plain.RuleFor(epoch)) : Counted(new FocalLoss().RuleFor(epoch))),
            Progress = new CalledProgress<EpochReport>(reports.Add),
        };
        Assert.That(
            () => training.Fit(options with { Cancellation = cancellation.Token }),
            Throws.InstanceOf<OperationCanceledException>()
        );
        var before = reports.Count;
        losses = int.MinValue;
        using var model = training.Fit(options);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports[before].Epoch, Is.EqualTo(resumedIn));
            Assert.That(reports.Where(report => report.RuleChange is not null).Select(report => report.Epoch), Is.EqualTo(new[] { 2 }));
            Assert.That(model.EpochReports.Select(report => report.RuleChange), Is.EqualTo(new[] { null, "another loss", null }));
        }

        TrainingRule Counted(TrainingRule rule) =>
            rule with
            {
                Loss = (logits, labels) =>
                {
                    if (logits.requires_grad && ++losses == step)
                    {
                        cancellation.Cancel();
                    }

                    return rule.Loss(logits, labels);
                },
            };
    }
}

using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Trainings that are interrupted and resume from their checkpoints.</summary>
public sealed class CheckpointedTrainingTests
{
    private (byte[] Weights, string Reports) expected;
    private CheckpointedTraining training = null!;

    [OneTimeSetUp]
    public void TrainWithoutInterruption()
    {
        using var whole = new CheckpointedTraining();
        expected = whole.Uninterrupted();
    }

    [SetUp]
    public void TakeAFolder() => training = new();

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [Test]
    public void Fit_CancelledAtAnyStep_EndsAsIfNeverInterrupted()
    {
        for (var step = 1; step <= CheckpointedTraining.Steps; step++)
        {
            training.Cancel(step);
            var left = 0;
            var result = training.Result(training.Fit(training.Options, inStep: _ => left++));
            using (Assert.EnterMultipleScope())
            {
                Assert.That(left, Is.EqualTo(CheckpointedTraining.Steps - step), "steps after the interruption");
                Assert.That(result.Weights, Is.EqualTo(expected.Weights), $"cancelled in step {step}");
                Assert.That(result.Reports, Is.EqualTo(expected.Reports), $"cancelled in step {step}");
            }

            training.DeleteCheckpoints();
        }
    }

    // What the step had changed when it failed, such as running statistics, must not be taken for the state before it.
    [Test]
    public void Fit_FailedInTheMidstOfSteps_ResumesAfterTheLastWholeOne([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        var options = training.Options with { CheckpointInterval = TimeSpan.Zero };
        var (done, interruptions) = (0, 0);
        while (random.Next(1, 6) is var steps && done + steps <= CheckpointedTraining.Steps)
        {
            training.Fail(steps, options);
            done += steps - 1;
            interruptions++;
        }

        var result = training.Result(training.Fit(options));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(interruptions, Is.GreaterThan(1));
            Assert.That(result.Weights, Is.EqualTo(expected.Weights));
            Assert.That(result.Reports, Is.EqualTo(expected.Reports));
        }
    }

    [Test]
    public void Fit_StrategyThatFollowsProgress_EndsAsIfNeverInterrupted([Values(3, 5, 8, 12)] int step)
    {
        var mixup = training.Strategy;
        training.Strategy = new StrategyOf(epoch =>
        {
            var rule = mixup.RuleFor(epoch);
            var slowest = epoch.TrainingAccuracy?.Min() ?? 0;
            return rule with { Loss = (logits, labels) => rule.Loss(logits, labels) * (2 - slowest) };
        });
        var whole = training.Uninterrupted();
        training.Cancel(step);
        var result = training.Result(training.Fit(training.Options));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.EqualTo(whole).Using<(byte[] Weights, string Reports)>(Same));
            Assert.That(whole.Weights, Is.Not.EqualTo(expected.Weights), "progress changes nothing");
        }
    }

    [Test(Description = "The ten steps of the head ask for half as many losses each as the others: they count as five.")]
    public void Fit_HeadFirstAndAShareOfItsWeights_EndsAsIfNeverInterrupted()
    {
        var options = training.Options with { HeadEpochs = 2, InitialShare = 0.5, KeepsStatistics = true };
        var whole = training.Result(training.Fit(options with { CheckpointPath = null }));
        training.Cancel(step: 5 + 7, options);
        var left = 0;
        var result = training.Result(training.Fit(options, inStep: _ => left++));
        var finished = training.Result(training.Fit(options, inStep: _ => left++));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(left, Is.EqualTo(CheckpointedTraining.Steps - 7), "the head is not trained again, and nothing after the end");
            Assert.That(result, Is.EqualTo(whole).Using<(byte[] Weights, string Reports)>(Same));
            Assert.That(finished, Is.EqualTo(whole).Using<(byte[] Weights, string Reports)>(Same));
            Assert.That(whole.Weights, Is.Not.EqualTo(expected.Weights));
        }
    }

    [Test]
    public void Fit_LongInterval_ResumesFromTheEndOfTheEpoch()
    {
        training.Fail(step: 8, training.Options);
        var left = 0;
        var result = training.Result(training.Fit(training.Options, inStep: _ => left++));
        Assert.That(left, Is.EqualTo(CheckpointedTraining.Steps - CheckpointedTraining.StepsOfEpoch));
        Assert.That(result, Is.EqualTo(expected).Using<(byte[] Weights, string Reports)>(Same));
    }

    [Test]
    public void Fit_CancelledWhileDiagnosing_ResumesFromTheEndOfTheEpoch()
    {
        using var cancellation = new CancellationTokenSource();
        var options = training.Options with { Cancellation = cancellation.Token, OnCancel = CancellationOutcome.KeepBest };
        void CancelInTheLastStepOfTheSecondEpoch(int step)
        {
            if (step == 2 * CheckpointedTraining.StepsOfEpoch)
            {
                cancellation.Cancel();
            }
        }

        using (var model = training.Fit(options, inStep: CancelInTheLastStepOfTheSecondEpoch))
        {
            Assert.That(model.EpochReports, Has.Length.EqualTo(1), "the diagnosis of the second did not end");
        }

        var left = 0;
        var result = training.Result(training.Fit(training.Options, inStep: _ => left++));
        Assert.That(left, Is.EqualTo(CheckpointedTraining.StepsOfEpoch));
        Assert.That(result, Is.EqualTo(expected).Using<(byte[] Weights, string Reports)>(Same));
    }

    [Test]
    public void Fit_WithoutASeed_TakesTheCheckpoints()
    {
        var options = training.Options with { Seed = null };
        training.Cancel(step: 7, options); // the context draws another seed for each fit
        var seed = training.Log.Select(line => line.RawMessage).Single(line => line.Contains("seed ")).Split("seed ")[1].TrimEnd('.');
        var resumed = training.Result(training.Fit(options));

        var whole = training.Result(
            training.Fit(options with { Seed = int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture), CheckpointPath = null })
        );
        Assert.That(resumed, Is.EqualTo(whole).Using<(byte[] Weights, string Reports)>(Same));
        Assert.That(resumed.Weights, Is.Not.EqualTo(expected.Weights));
    }

    [Test]
    public void Fit_Resumed_CountsTheTimeBeforeAndReportsTheEpochsThatEndNow()
    {
        training.Cancel(
            step: CheckpointedTraining.StepsOfEpoch + 2,
            training.Options with
            {
                Progress = new CalledProgress<EpochReport>(_ => Thread.Sleep(300)),
            }
        );
        var reports = new List<EpochReport>();
        using var model = training.Fit(training.Options with { Progress = new CalledProgress<EpochReport>(reports.Add) });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.Select(report => report.Epoch), Is.EqualTo(new[] { 2, 3 }));
            Assert.That(model.EpochReports.Select(report => report.Elapsed), Is.Ordered);
            Assert.That(reports[0].Elapsed, Is.GreaterThan(model.EpochReports[0].Elapsed + TimeSpan.FromMilliseconds(290)));
            Assert.That(
                training.Log.Select(line => line.RawMessage),
                Has.Some.Contains($"Resuming from the checkpoint in '{training.Path}': epoch 2 of 3, after step 2.")
            );
        }
    }

    [Test]
    public void Fit_InterruptedAndResumed_LeavesNoTensor()
    {
        var left = NativeMemory.TensorsLeftBy(() =>
        {
            training.Cancel(step: 3);
            training.Cancel(step: 4); // of a training that resumed
            training.Fit(training.Options).Dispose();
            training.DeleteCheckpoints();
        });
        Assert.That(left, Is.EqualTo(3 * NativeMemory.CountedTwice(training.Options.Backbone)));
    }

    [Test]
    public void CrossValidate_Uninterrupted_TrainsEachFoldFromTheStart()
    {
        var options = training.Options with
        {
            ValidationSetFraction = 0,
            Keep = KeptEpoch.Last,
            Diagnostics = null,
            Strategy = new PlainTraining(),
            Epochs = 1,
        };
        var trainer = training.Ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options);
        var folds = training.Ml.MulticlassClassification.CrossValidate(training.Images(), trainer, numberOfFolds: 2);
        Assert.That(folds, Has.Count.EqualTo(2));
        Assert.That(training.Log.Select(line => line.RawMessage), Has.None.Contains("is over already"));
        Assert.That(training.Contents().Keys.Select(Path.GetFileName), Is.EqualTo(new[] { "finished.safetensors" }));
    }

    private static bool Same((byte[] Weights, string Reports) one, (byte[] Weights, string Reports) other) =>
        one.Weights.SequenceEqual(other.Weights) && one.Reports == other.Reports;
}

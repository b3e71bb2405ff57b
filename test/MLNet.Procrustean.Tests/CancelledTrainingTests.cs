using System.Diagnostics;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>Trainings that are cancelled and keep what they have reached.</summary>
public sealed class CancelledTrainingTests
{
    private CheckpointedTraining training = null!;

    [SetUp]
    public void TakeAFolder() => training = new();

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [Test]
    public void Fit_KeepBestInALaterEpoch_GivesTheWeightsOfTheLastThatEnded()
    {
        var options = training.Options with { Keep = KeptEpoch.Last, CheckpointPath = null, OnCancel = CancellationOutcome.KeepBest };
        var kept = training.Result(CancelledIn(options, step: (2 * CheckpointedTraining.StepsOfEpoch) + 2));

        // The weights of the second epoch, seen by a training that diverges in the third.
        var problem = Assert.Throws<TrainingDivergedException>(() =>
            training.Fit(options, inStep: step => training.LossFactor = step > 2 * CheckpointedTraining.StepsOfEpoch ? double.NaN : 1)
        )!;
        training.LossFactor = 1;
        var second = training.Result(problem.LastGoodModel!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(kept.Weights, Is.EqualTo(second.Weights));
            Assert.That(kept.Reports, Is.EqualTo(second.Reports));
            Assert.That(training.Log.Select(line => line.RawMessage), Has.Some.Contains("cancelled after 2 of 3 epochs"));
        }
    }

    [Test]
    public void Fit_KeepBestWithValidation_GivesTheWeightsOfTheBestEpoch()
    {
        // Epoch 2 unlearns, so that the first is the best of two.
        var options = training.Options with
        {
            Augmentation = Augmentation.None,
            LearningRate = 0.1,
            CheckpointPath = null,
            OnCancel = CancellationOutcome.KeepBest,
        };
        void Unlearn(int step) => training.LossFactor = step > CheckpointedTraining.StepsOfEpoch ? -1 : 1;
        var afterFirst = training.Result(CancelledIn(options, step: CheckpointedTraining.StepsOfEpoch + 1, Unlearn));
        training.LossFactor = 1;
        var model = CancelledIn(options, step: (2 * CheckpointedTraining.StepsOfEpoch) + 1, Unlearn);
        var accuracies = model.EpochReports.Select(report => report.ValidationMacroAccuracy!.Value).ToList();
        var kept = training.Result(model);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(accuracies, Has.Count.EqualTo(2));
            Assert.That(
                accuracies[0],
                Is.GreaterThanOrEqualTo(accuracies[1]),
                "the first is not the best, so that the test could not fail"
            );
            Assert.That(kept.Weights, Is.EqualTo(afterFirst.Weights));
        }
    }

    [Test]
    public void Fit_KeepBestInTheFirstEpoch_Throws()
    {
        training.Cancel(step: 3, training.Options with { OnCancel = CancellationOutcome.KeepBest });
        Assert.That(training.Files, Is.Not.Empty, "what was reached is in the checkpoint");
    }

    [Test]
    public void Fit_KeepBestWithACheckpoint_CanBeResumed()
    {
        var expected = training.Uninterrupted();
        var options = training.Options with { OnCancel = CancellationOutcome.KeepBest };
        CancelledIn(options, step: 7).Dispose();
        using (var again = CancelledIn(options, step: 1)) // at once, with the weights that the checkpoint kept
        {
            Assert.That(again.EpochReports, Has.Length.EqualTo(1));
        }

        var steps = 0;
        var result = training.Result(training.Fit(options, inStep: _ => steps++));
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps - 8));
        Assert.That(result.Weights, Is.EqualTo(expected.Weights));
    }

    // The head's losses count by halves: step 4 is in the second of its two epochs.
    [TestCase(CancellationOutcome.KeepBest)]
    [TestCase(CancellationOutcome.Throw)]
    public void Fit_CancelledWhileTheHeadIsTrained_TrainsTheHeadAgain(CancellationOutcome outcome)
    {
        var options = training.Options with { HeadEpochs = 2, InitialShare = 0.5, OnCancel = outcome };
        var whole = training.Result(training.Fit(options with { CheckpointPath = null }));
        training.Cancel(step: 4, options);
        Assert.That(training.Result(training.Fit(options)), Is.EqualTo(whole));
        Assert.That(
            training.Log.Count(line => line.RawMessage.StartsWith("The head was trained", StringComparison.Ordinal)),
            Is.EqualTo(2)
        );
    }

    // A loss that throws by the training's own token leaves a step half done, which no checkpoint may hold.
    [Test]
    public void Fit_CancelledByTheLossItself_KeepsTheCheckpointBefore()
    {
        using var cancellation = new CancellationTokenSource();
        var options = training.Options with { CheckpointInterval = TimeSpan.Zero, Cancellation = cancellation.Token };
        var expected = training.Uninterrupted();
        Assert.That(() => training.Fit(options, inStep: Throw), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(training.Result(training.Fit(training.Options)).Weights, Is.EqualTo(expected.Weights));

        void Throw(int step)
        {
            if (step == 7)
            {
                cancellation.Cancel();
                cancellation.Token.ThrowIfCancellationRequested();
            }
        }
    }

    [TestCase(CancellationOutcome.Throw, 8)]
    [TestCase(CancellationOutcome.KeepBest, 3)]
    [TestCase(CancellationOutcome.KeepBest, 8)]
    public void Fit_Cancelled_LeavesNoTensor(CancellationOutcome outcome, int step)
    {
        var options = training.Options with { OnCancel = outcome };
        var left = NativeMemory.TensorsLeftBy(() =>
        {
            try
            {
                CancelledIn(options, step).Dispose();
            }
            catch (OperationCanceledException) { }

            Array.ForEach(training.Files, File.Delete);
        });
        Assert.That(left, Is.EqualTo(NativeMemory.CountedTwice(options.Backbone)));
    }

    /// <summary>
    /// Cancelled from another thread, and at any time: also while labels are read, images decoded, epochs measured or checkpoints written.
    /// </summary>
    [TestCase(30, 1)]
    [Category(FaultsTried.Category)]
    public void Fit_CancelledAtRandomMoments_LosesNothing(int moments, int seed)
    {
        var expected = training.Uninterrupted();
        var options = training.Options with { CheckpointInterval = TimeSpan.Zero };
        var clock = Stopwatch.StartNew();
        training.Fit(options).Dispose();
        var (whole, random, cancelled) = (clock.Elapsed, new Random(seed), 0);
        for (var moment = 0; moment < moments; moment++)
        {
            training.DeleteCheckpoints();
            using var cancellation = new CancellationTokenSource(whole * random.NextDouble());
            try
            {
                using var model = training.Fit(
                    options with
                    {
                        Cancellation = cancellation.Token,
                        OnCancel = moment % 2 == 0 ? CancellationOutcome.Throw : CancellationOutcome.KeepBest,
                    }
                );
                cancelled += model.EpochReports.Length < training.Options.Epochs ? 1 : 0;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
                Directory.CreateDirectory(training.Path); // cancelled before it made the folder
            }

            Assert.That(training.Result(training.Fit(training.Options)), Is.EqualTo(expected), $"moment {moment} of seed {seed}");
        }

        Assert.That(cancelled, Is.GreaterThan(moments / 5), "most were cancelled too late to show anything");
        FaultsTried.Record(
            "Training",
            "cancelled from another thread at random moments",
            moments,
            "OperationCanceledException, or a model of the best epoch so far; "
                + "the same Fit resumes, and gives the model of an uninterrupted training, bit for bit"
        );
    }

    private ImageClassifierModel CancelledIn(ImageClassifierOptions options, int step, Action<int>? inStep = null)
    {
        using var cancellation = new CancellationTokenSource();
        return training.Fit(options with { Cancellation = cancellation.Token }, inStep: now =>
        {
            inStep?.Invoke(now);
            if (now == step)
            {
                cancellation.Cancel();
            }
        });
    }
}

using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Replicas;

/// <summary>A shared training that is interrupted resumes with any number of processes.</summary>
public sealed class SharedResumeTests
{
    private TemporaryFolder folder = null!;

    private ImageClassifierOptions Options =>
        SharedFit.Options with
        {
            Strategy = Watched(_ => { }),
            CheckpointPath = Path.Combine(folder.Path, "checkpoints"),
        };

    [SetUp]
    public void MakeAFolder() => folder = new();

    [TearDown]
    public void RemoveTheFolder() => folder.Dispose();

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void Fit_CancelledInOneProcess_ResumesToTheSameModelInAnyNumber(int resuming)
    {
        CancelInTheMiddle(rank: 1);
        var uninterrupted = SharedFit.Models(1, Options with { CheckpointPath = null })[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Directory.GetFiles(Options.CheckpointPath!, "checkpoint-*"), Is.Not.Empty);
            Assert.That(SharedFit.Models(resuming, Options), Is.All.EqualTo(uninterrupted));
            Assert.That(Directory.GetFiles(Options.CheckpointPath!).Select(Path.GetFileName), Is.EqualTo(["finished.safetensors"]));
        }
    }

    [Test]
    public void Fit_WithoutASeedAfterAFinishedOneOfOtherImages_ResumesToTheSameModelInAll()
    {
        SharedFit.Model(Options with { Seed = 8 }, SharedFit.Images(new MLContext(), red: 16));
        AnotherProcess.Finished(Path.Combine(Options.CheckpointPath!, "finished.safetensors"));
        CancelInTheMiddle(rank: 1);
        var uninterrupted = SharedFit.Models(1, Options with { CheckpointPath = null })[0];
        Assert.That(SharedFit.Models(2, Options with { Seed = null }), Is.All.EqualTo(uninterrupted));
    }

    [Test]
    public void Fit_Finished_GivesItsModelToAll()
    {
        var first = SharedFit.Models(2, Options);
        var steps = 0;
        var again = ThreadReplicas.Results(4, replicas =>
            SharedFit.Model(Options with { Replicas = replicas, PhaseProgress = new CalledProgress<PhaseReport>(Count) })
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again, Is.All.EqualTo(first[0]));
            Assert.That(steps, Is.Zero);
        }

        void Count(PhaseReport report) => steps += report.Phase == TrainingPhase.Training ? 1 : 0;
    }

    [Test]
    public void Fit_CheckpointOfAnotherTraining_IsRefusedInAll()
    {
        CancelInTheMiddle(rank: 0);
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas => SharedFit.Model(Options with { Replicas = replicas, Epochs = 9 }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems.Select(problem => problem?.Message), Is.All.Contains("Epochs: checkpoint 3, now 9"));
            Assert.That(aborted, Is.Null);
        }
    }

    [Test]
    public void Fit_CancelledAndToKeepTheBest_GivesTheSameModelInAll()
    {
        var models = ThreadReplicas.Results(2, replicas => Cancelled(replicas, rank: 1, CancellationOutcome.KeepBest));
        Assert.That(models[1], Is.EqualTo(models[0]));
    }

    private void CancelInTheMiddle(int rank)
    {
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas => Cancelled(replicas, rank, CancellationOutcome.Throw));
        Assert.That(problems, Is.All.InstanceOf<OperationCanceledException>());
        Assert.That(aborted, Is.Null);
    }

    // Cancels one process in the first step of the second epoch.
    private byte[] Cancelled(IReplicas replicas, int rank, CancellationOutcome outcome)
    {
        using var cancellation = new CancellationTokenSource();
        return SharedFit.Model(
            Options with
            {
                Replicas = replicas,
                Strategy = Watched(epoch =>
                {
                    if (epoch == 2 && replicas.Rank == rank)
                    {
                        cancellation.Cancel();
                    }
                }),
                Cancellation = cancellation.Token,
                OnCancel = outcome,
            }
        );
    }

    // Mixup with sampling, which shows the epoch of each loss that is asked for in a step.
    private static StrategyOf Watched(Action<int> onLoss)
    {
        var strategy = new Combined(new Mixup(), new ClassBalancedSampling { Q = 0.5 });
        return new(epoch =>
        {
            var rule = strategy.RuleFor(epoch);
            return rule with
            {
                Loss = (logits, labels) =>
                {
                    if (logits.requires_grad)
                    {
                        onLoss(epoch.Number);
                    }

                    return rule.Loss(logits, labels);
                },
            };
        });
    }
}

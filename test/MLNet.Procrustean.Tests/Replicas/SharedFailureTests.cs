using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Replicas;

/// <summary>What one process fails at ends all of them, with one message, and none waits for ever.</summary>
public sealed class SharedFailureTests
{
    [Test]
    public void Fit_OtherOptions_IsRefusedInAll()
    {
        var (_, problems, aborted) = ThreadReplicas.Run(3, replicas =>
            SharedFit.Model(
                SharedFit.Options with
                {
                    BatchParts = 3,
                    Replicas = replicas,
                    Epochs = replicas.Rank == 2 ? 4 : 3,
                    LearningRate = replicas.Rank == 2 ? 0.1 : 0.05,
                }
            )
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems[2], Is.TypeOf<ArgumentException>());
            Assert.That(problems.Take(2), Is.All.TypeOf<InvalidOperationException>());
            Assert.That(problems.Select(problem => problem?.Message), Is.All.Contains("Epochs: process 0 3, now 4"));
            Assert.That(problems.Select(problem => problem?.Message), Is.All.Contains("LearningRate: process 0 0.05, now 0.1"));
            Assert.That(aborted, Is.Null);
        }
    }

    [Test]
    public void Fit_OtherImages_IsRefusedInAll()
    {
        var (_, problems, _) = ThreadReplicas.Run(2, replicas =>
            SharedFit.Model(SharedFit.Options with { Replicas = replicas }, SharedFit.Images(new MLContext(), red: 15 + replicas.Rank))
        );
        Assert.That(problems.Select(problem => problem?.Message), Is.All.Contains("Training images: process 0 17 with pixels"));
    }

    [Test]
    public void Fit_ImageThatOneCannotRead_IsThrownInAll()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 6), ("dog", 6));
        var broken = Path.Combine(folder.Path, "cat", "none.png");
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas =>
        {
            var ml = new MLContext(seed: 1);
            var rows = ml
                .Data.CreateEnumerable<LabelledImageFile>(ml.Data.LoadImageFolder(folder.Path), reuseRowObject: false)
                .Select((row, i) => i == 3 && replicas.Rank == 1 ? new() { ImagePath = broken, Label = row.Label } : row);
            var data = ml.Data.LoadFromEnumerable(rows.ToList());
            var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
            return SharedFit.Model(SharedFit.Options with { ImageColumnName = "ImagePath", Replicas = replicas }, keyed);
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems[1], Is.TypeOf<ImageException>());
            Assert.That(
                problems[0],
                Is.TypeOf<InvalidOperationException>()
                    .With.Message.StartsWith("Process 1 of 2 has failed, which ends the training in all: ")
                    .And.Message.Contains(broken)
            );
            Assert.That(aborted, Is.Null);
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Fit_FailureWithinAStep_IsThrownInAll(int failing)
    {
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas =>
            SharedFit.Model(SharedFit.Options with { Replicas = replicas, Strategy = FailingAt(step: replicas.Rank == failing ? 7 : null) })
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems[failing], Is.TypeOf<NotSupportedException>());
            Assert.That(
                problems[1 - failing],
                Is.TypeOf<InvalidOperationException>()
                    .With.Message.EqualTo($"Process {failing} of 2 has failed, which ends the training in all: out of order")
            );
            Assert.That(aborted, Is.Null);
        }
    }

    [Test]
    public void Fit_FailureBetweenSteps_EndsTheOthers()
    {
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas =>
            SharedFit.Model(
                SharedFit.Options with
                {
                    Replicas = replicas,
                    Progress = new CalledProgress<EpochReport>(_ => throw new NotSupportedException("no paper")),
                }
            )
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems[0], Is.TypeOf<NotSupportedException>());
            Assert.That(problems[1], Is.TypeOf<IOException>());
            Assert.That(aborted, Is.EqualTo("no paper"));
        }
    }

    // The others do not know of it, and would wait.
    [Test]
    public void Fit_CancelledBetweenStepsInOne_EndsTheOthers()
    {
        using var source = new CancellationTokenSource();
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas =>
            SharedFit.Model(
                SharedFit.Options with
                {
                    Replicas = replicas,
                    Cancellation = replicas.Rank == 0 ? source.Token : default,
                    OnCancel = CancellationOutcome.KeepBest,
                    Progress = new CalledProgress<EpochReport>(_ => Cancel()),
                }
            )
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems[0], Is.InstanceOf<OperationCanceledException>());
            Assert.That(problems[1], Is.TypeOf<IOException>());
            Assert.That(aborted, Is.Not.Null);
        }

        void Cancel()
        {
            source.Cancel();
            source.Token.ThrowIfCancellationRequested();
        }
    }

    [Test]
    public void Fit_CacheInOneOnly_IsRefusedInAll()
    {
        using var folder = new TemporaryFolder();
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas =>
            SharedFit.Model(
                SharedFit.Options with
                {
                    Replicas = replicas,
                    CachePath = replicas.Rank == 0 ? Path.Combine(folder.Path, "images") : null,
                }
            )
        );
        Assert.That(problems, Is.All.TypeOf<ArgumentException>().And.Message.Contains("CachePath is set in some of the processes"));
        Assert.That(aborted, Is.Null);
    }

    [Test]
    public void Fit_Diverging_GivesTheSameInAll()
    {
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas =>
            SharedFit.Model(SharedFit.Options with { Replicas = replicas, LearningRate = 1e30 })
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems, Is.All.TypeOf<TrainingDivergedException>());
            Assert.That(aborted, Is.Null);
        }
    }

    // Plain training whose loss fails the n-th time that it is asked for in a step.
    private static StrategyOf FailingAt(int? step)
    {
        var asked = 0;
        return StrategyOf.Loss(
            (_, logits, _, loss) => logits.requires_grad && ++asked == step ? throw new NotSupportedException("out of order") : loss
        );
    }
}

using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Adversarial trainings that are interrupted within an epoch: where an attack starts is drawn as if they were not.</summary>
public sealed class ResumedPerturbationTests
{
    [TestCase(3)]
    [TestCase(CheckpointedTraining.StepsOfEpoch + 2)]
    public void Fit_CancelledAtAStep_EndsAsIfNeverInterrupted(int step)
    {
        using var training = new CheckpointedTraining();
        var (attacked, stopAt) = (0, 0);
        using var cancellation = new CancellationTokenSource();
        var inner = new Combined(new Mixup(), new CostSensitiveAdversarialTraining { Attack = new() { Steps = 1 } });
        var options = training.Options with { Strategy = new StrategyOf(Counted), Diagnostics = null };

        var whole = training.Result(training.Fit(options with { CheckpointPath = null }));
        (attacked, stopAt) = (0, step);
        Assert.That(
            () => training.Fit(options with { Cancellation = cancellation.Token }),
            Throws.InstanceOf<OperationCanceledException>()
        );
        (attacked, stopAt) = (0, 0);
        var resumed = training.Result(training.Fit(options));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(attacked, Is.EqualTo(CheckpointedTraining.Steps - step), "steps after the interruption");
            Assert.That(resumed.Weights, Is.EqualTo(whole.Weights));
            Assert.That(resumed.Reports, Is.EqualTo(whole.Reports));
        }

        TrainingRule Counted(EpochContext epoch)
        {
            var rule = inner.RuleFor(epoch);
            return rule with
            {
                Perturbation = new(
                    (images, labels, logitsOf, random) =>
                    {
                        var isTraining = images.shape[^1] == ToyImages.Size; // other than in the rehearsal
                        if (isTraining && ++attacked == stopAt)
                        {
                            cancellation.Cancel();
                        }

                        return rule.Perturbation!.Change(images, labels, logitsOf, random);
                    }
                ),
            };
        }
    }
}

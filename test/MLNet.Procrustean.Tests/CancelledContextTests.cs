using System.Runtime.CompilerServices;
using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>Trainings whose <see cref="MLContext"/> is cancelled, as AutoML does when its time is over.</summary>
public sealed class CancelledContextTests
{
    private const int Endless = 1000; // epochs: a long time beside the moment after which the fit stops
    private static readonly ImageClassifierOptions Options = SmallTraining.Options with { ImageColumnName = "Image", Seed = 1 };

    [Test]
    public void Fit_ContextCancelled_Throws()
    {
        var problem = Assert.Throws<OperationCanceledException>(() => FitUntilCancelled(CancellationOutcome.Throw))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.Message, Does.Contain("MLContext"));
            Assert.That(problem.CancellationToken, Is.EqualTo(CancellationToken.None));
        }
    }

    [Test]
    public void Fit_ContextCancelledAndKeepBest_GivesAModel()
    {
        using var model = FitUntilCancelled(CancellationOutcome.KeepBest);
        Assert.That(model.EpochReports.Length, Is.InRange(1, Endless - 1));
    }

    [Test]
    public void Fit_ContextCancelledBefore_ThrowsAtOnceAndInThatContextOnly()
    {
        var (cancelled, other) = (new MLContext(seed: 1), new MLContext(seed: 1));
        Cancel(cancelled);
        Assert.That(() => Fit(cancelled, Options), Throws.InstanceOf<OperationCanceledException>());
        using var model = Fit(other, Options);
        Assert.That(model.EpochReports, Has.Length.EqualTo(Options.Epochs));
    }

    [Test]
    public void Fit_ContextOfOneProcessCancelled_ThrowsInAll([Values(0, 1)] int cancelled)
    {
        var (_, problems, aborted) = ThreadReplicas.Run(2, replicas =>
        {
            var ml = new MLContext(seed: 1);
            if (replicas.Rank == cancelled)
            {
                Cancel(ml);
            }

            return Fit(ml, Options with { Replicas = replicas, BatchParts = 2 });
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems, Is.All.InstanceOf<OperationCanceledException>());
            Assert.That(aborted, Is.Null);
        }
    }

    // The fit works with a token of its own, which a caller could not tell from that of something else.
    [Test]
    public void Fit_TokenCancelled_ThrowsWithThatToken()
    {
        using var source = new CancellationTokenSource();
        var options = Options with { Cancellation = source.Token, Progress = new CalledProgress<EpochReport>(_ => source.Cancel()) };
        var problem = Assert.Throws<OperationCanceledException>(() => Fit(new MLContext(seed: 1), options))!;
        Assert.That(problem.CancellationToken, Is.EqualTo(source.Token));
    }

    private static ImageClassifierModel FitUntilCancelled(CancellationOutcome outcome)
    {
        var ml = new MLContext(seed: 1);
        var progress = new CalledProgress<EpochReport>(_ => Cancel(ml));
        return Fit(ml, Options with { Epochs = Endless, OnCancel = outcome, Progress = progress });
    }

    // The data is of another context: ML.NET makes none in one that was cancelled.
    private static ImageClassifierModel Fit(MLContext ml, ImageClassifierOptions options) =>
        ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(ColourRows.Of(new MLContext(seed: 1), 12, 5));

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CancelExecution")]
    private static extern void Cancel(MLContext context);
}

using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training.Checkpoints;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Trainings that are over and fitted once more, because their model may not have been saved.</summary>
public sealed class FinishedTrainingTests
{
    private CheckpointedTraining training = null!;

    private string Finished => Path.Combine(training.Path, "finished.safetensors");

    private IEnumerable<string?> Names => training.Contents().Keys.Select(Path.GetFileName);

    [SetUp]
    public void TakeAFolder() => training = new();

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [Test]
    public void Fit_OverAndOnceMore_GivesTheSameModelAtOnce()
    {
        training.Cancel(step: 7);
        var onTheWay = new FileInfo(training.Files[^1]).Length;
        using var first = training.Fit(training.Options);
        Assert.That(Names, Is.EqualTo(new[] { "finished.safetensors" }));
        Assert.That(new FileInfo(Finished).Length, Is.LessThan(onTheWay / 2), "the model alone");
        var before = training.Contents();
        var reports = new List<EpochReport>();

        var again = Counted(training.Options with { Progress = new CalledProgress<EpochReport>(reports.Add) }, out var steps);

        using (again)
        using (Assert.EnterMultipleScope())
        {
            Assert.That((steps, reports.Count), Is.EqualTo((0, 0)));
            Assert.That(
                again.EpochReports.Select(report => report.ToString() + report.Elapsed),
                Is.EqualTo(first.EpochReports.Select(report => report.ToString() + report.Elapsed))
            );
            Assert.That(training.Result(again), Is.EqualTo(training.Result(first)).Using<(byte[] Weights, string Reports)>(Same));
            Assert.That(
                training.Log.Select(line => line.RawMessage),
                Has.Some.Contains("This training is over already").And.Some.Contains("To train again, delete the folder")
            );
            Assert.That(training.Contents(), Is.EqualTo(before));
        }
    }

    [Test]
    public void Fit_OverAndOnceMore_LeavesNoTensor()
    {
        training.Fit(training.Options).Dispose();
        var left = NativeMemory.TensorsLeftBy(() => training.Fit(training.Options).Dispose());
        Assert.That(left, Is.EqualTo(NativeMemory.CountedTwice(training.Options.Backbone)));
    }

    [Test]
    public void Fit_MoreEpochsAfterwards_StartsOverAndReplacesItAtTheEnd()
    {
        var (more, before) = (training.Options with { Epochs = 4 }, Array.Empty<byte>());
        training.Fit(training.Options).Dispose();
        before = File.ReadAllBytes(Finished);

        training.Cancel(step: 7, more);
        Assert.That(File.ReadAllBytes(Finished), Is.EqualTo(before), "it stays until the other one is over");
        Assert.That(
            training.Log.Select(line => line.RawMessage),
            Has.Some.Contains("is of another training, and stays until this one is over").And.Some.Contains("Epochs: checkpoint 3, now 4")
        );

        Counted(training.Options, out var ofFirst).Dispose(); // its model can still be had
        Assert.That(ofFirst, Is.Zero);
        Assert.That(training.Files, Is.Not.Empty, "and the other one's checkpoint too");

        Counted(more, out var left).Dispose();
        Assert.That(left, Is.EqualTo((4 * CheckpointedTraining.StepsOfEpoch) - 7));
        Assert.That(Names, Is.EqualTo(new[] { "finished.safetensors" }));
        Counted(more, out var again).Dispose();
        Counted(training.Options, out var repeated).Dispose();
        Assert.That((again, repeated), Is.EqualTo((0, CheckpointedTraining.Steps)));
    }

    [Test]
    public void Fit_OtherImagesAfterwards_StartsOver()
    {
        training.Fit(training.Options).Dispose();
        var steps = 0;
        training.Fit(training.Options, training.Images(red: 17), _ => steps++).Dispose();
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps));
        Assert.That(
            training.Log.Select(line => line.RawMessage),
            Has.Some.Contains("Training images: checkpoint 19 with pixels and labels ")
        );
    }

    [Test]
    public void Fit_WithoutASeed_IsTheFinishedTrainingOfAnotherProcessOnly()
    {
        var options = training.Options with { Seed = null };
        var first = training.Result(training.Fit(options));
        var second = training.Result(Counted(options, out var steps));
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps), "the model of the first was given already");
        Assert.That(second.Weights, Is.Not.EqualTo(first.Weights));

        AnotherProcess.Finished(Finished);
        var third = training.Result(Counted(options, out steps));
        Assert.That(steps, Is.Zero);
        Assert.That(third, Is.EqualTo(second).Using<(byte[] Weights, string Reports)>(Same));

        Counted(options, out steps).Dispose();
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps), "the model of the other process was given already");
    }

    // A program that fits two trainings, and when it is started again skips the first one, whose model it has saved.
    [Test]
    public void Fit_WithoutASeedInterruptedAfterAFinishedOneOfOtherImages_EndsAsIfNeverInterrupted()
    {
        var options = training.Options with { Seed = null };
        training.Fit(options, training.Images(red: 17)).Dispose();
        training.Cancel(step: 7, options);
        var seed = SeedOf(training.Files[^1]);
        AnotherProcess.Finished(Finished);

        var resumed = training.Result(Counted(options, out var left));

        var whole = training.Result(training.Fit(options with { Seed = seed, CheckpointPath = null }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(left, Is.EqualTo(CheckpointedTraining.Steps - 7));
            Assert.That(resumed, Is.EqualTo(whole).Using<(byte[] Weights, string Reports)>(Same));
            Assert.That(Names, Is.EqualTo(new[] { "finished.safetensors" }));
        }
    }

    [Test]
    public void Fit_WithoutASeedAndInterruptedWithOtherOptions_IsRefusedForTheseAlone()
    {
        var options = training.Options with { Seed = null };
        training.Fit(options, training.Images(red: 17)).Dispose();
        training.Cancel(step: 7, options with { Epochs = 4 });
        AnotherProcess.Finished(Finished);
        var before = training.Contents();

        var problem = Assert.Throws<ArgumentException>(() => training.Fit(options))!;

        Assert.That(problem.Message, Does.Contain("Epochs: checkpoint 4, now 3").And.Not.Contain("Seed:"));
        Assert.That(training.Contents(), Is.EqualTo(before));
    }

    // The process was killed after the finished checkpoint was written and before the others were deleted.
    [Test]
    public void Fit_EarlierCheckpointsBesideIt_AreIgnored()
    {
        training.Cancel(step: 7);
        var onTheWay = training.Contents();
        training.Fit(training.Options).Dispose();
        foreach (var (path, bytes) in onTheWay)
        {
            File.WriteAllBytes(path, bytes);
        }

        Counted(training.Options, out var steps).Dispose();
        Assert.That(steps, Is.Zero);
        Counted(training.Options with { LearningRate = 0.01 }, out steps).Dispose();
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps));
        Assert.That(Names, Is.EqualTo(new[] { "finished.safetensors" }));
    }

    [Test]
    public void Fit_Diverged_GivesTheSameLastGoodModelOnceMore()
    {
        var steps = 0;
        var options = training.Options with
        {
            Strategy = StrategyOf.Loss(
                (epoch, logits, _, loss) =>
                {
                    steps += logits.requires_grad ? 1 : 0; // not in the rehearsal
                    return epoch == 2 ? loss * double.NaN : loss;
                }
            ),
        };
        var first = Assert.Throws<TrainingDivergedException>(() => training.Fit(options))!;
        Assert.That(Names, Is.EqualTo(new[] { "finished.safetensors" }));
        steps = 0;
        var again = Assert.Throws<TrainingDivergedException>(() => training.Fit(options))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(steps, Is.Zero);
            Assert.That(again.Epoch, Is.EqualTo(2));
            Assert.That(
                training.Result(again.LastGoodModel!),
                Is.EqualTo(training.Result(first.LastGoodModel!)).Using<(byte[] Weights, string Reports)>(Same)
            );
        }

        Counted(training.Options with { LearningRate = 0.01 }, out steps).Dispose(); // is not refused
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps));
    }

    [Test]
    public void Fit_DivergedInTheFirstEpoch_LeavesNoCheckpoint()
    {
        var options = training.Options with { Strategy = StrategyOf.Loss((_, _, _, loss) => loss * double.NaN) };
        Assert.That(() => training.Fit(options), Throws.TypeOf<TrainingDivergedException>());
        Assert.That(training.Contents(), Is.Empty);
    }

    [Test]
    public void Fit_FinishedCheckpointDamaged_TrainsAgainWithAWarning()
    {
        var first = training.Result(training.Fit(training.Options));
        var bytes = File.ReadAllBytes(Finished);
        bytes[^9] ^= 1;
        File.WriteAllBytes(Finished, bytes);
        var again = training.Result(Counted(training.Options, out var steps));
        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps));
        Assert.That(training.Warnings.Single(), Does.Contain(Finished).And.Contain("cannot be read"));
        Assert.That(again, Is.EqualTo(first).Using<(byte[] Weights, string Reports)>(Same));
    }

    [Test]
    public void Fit_FinishedCheckpointCannotBeOpened_IsRefusedAndAllStays()
    {
        training.Fit(training.Options).Dispose();
        var before = training.Contents();
        using (File.Open(Finished, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.That(
                () => training.Fit(training.Options),
                Throws.TypeOf<IOException>().With.Message.Contains(Finished).And.Message.Contains("cannot be opened")
            );
        }

        Assert.That(training.Contents(), Is.EqualTo(before));
    }

    private ImageClassifierModel Counted(ImageClassifierOptions options, out int steps)
    {
        var count = 0;
        var model = training.Fit(options, inStep: _ => count++);
        steps = count;
        return model;
    }

    private static int SeedOf(string checkpoint)
    {
        using var file = File.OpenRead(checkpoint);
        return Checkpoint.Read(file).Moment.Seed;
    }

    private static bool Same((byte[] Weights, string Reports) one, (byte[] Weights, string Reports) other) =>
        one.Weights.SequenceEqual(other.Weights) && one.Reports == other.Reports;
}

using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

public sealed class TernaryWeightsTests
{
    private static readonly TernaryOptions LastStage = new()
    {
        Layers = TernaryLayers.LastStage,
        Objective = TernaryObjective.GeometricMean,
        BatchSize = 8,
        RedrawInterval = 20,
        MaxSweeps = 1,
    };

    private readonly TinyModel tiny = TinyModel.Shared;

    [Test]
    public void TernariseWeights_LastLayer_HasThreeValuesInEachRow([Values] TernaryObjective objective)
    {
        var result = tiny.Classifier.TernariseWeights(tiny.Images, new() { Objective = objective });

        using var model = result.Model;
        var (rows, before) = (HeadRows(model), HeadRows(tiny.Classifier));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row.Select(Math.Abs).Where(size => size > 0).Distinct().Count()), Is.All.EqualTo(1));
            Assert.That(before.Select(row => row.Select(Math.Abs).Distinct().Count()), Is.All.GreaterThan(2));
            Assert.That(result.Report.Weights, Is.EqualTo(3 * 16));
            Assert.That(result.Report.SinglePrecisionBytes, Is.EqualTo(3 * 16 * 4));
            Assert.That(result.Report.PackedBytes, Is.EqualTo(3 * (4 + 4)));
            Assert.That(
                result.Report.ValidationMacroAccuracyAfter,
                Is.GreaterThanOrEqualTo(result.Report.ValidationMacroAccuracyQuantised!.Value)
            );
        }
    }

    [Test]
    public void TernariseWeights_WithoutValidation_LowersTheObjectiveOfAllImages([Values] TernaryObjective objective)
    {
        var result = tiny.Classifier.TernariseWeights(
            tiny.Images,
            new()
            {
                Objective = objective,
                ValidationSetFraction = 0,
                RedrawInterval = null,
                MaxSweeps = 50,
            }
        );

        using var model = result.Model;
        int[] labels = [.. Enumerable.Repeat(0, 20), .. Enumerable.Repeat(1, 10), .. Enumerable.Repeat(2, 6)];
        double[][] logits =
        [
            .. TinyModel.Scores(model.Transform(tiny.Images)).Select(row => row.Select(score => Math.Log(score)).ToArray()),
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Report.ObjectiveAfter, Is.EqualTo(NaiveObjective.Of(objective, logits, labels)).Within(1e-4));
            Assert.That(result.Report.ObjectiveAfter, Is.LessThanOrEqualTo(result.Report.ObjectiveQuantised));
            Assert.That(result.Report.ValidationMacroAccuracyBefore, Is.Null);
        }
    }

    [Test]
    public void TernariseWeights_Model_IsLeftAsItIs()
    {
        var before = tiny.Scores();
        using (var model = tiny.Classifier.TernariseWeights(tiny.Images).Model)
        {
            Assert.That(model.EpochReports, Is.EqualTo(tiny.Classifier.EpochReports));
        }

        Assert.That(tiny.Scores(), Is.EqualTo(before));
    }

    [Test]
    public void TernariseWeights_SameSeed_GivesTheSameBits()
    {
        var options = new TernaryOptions { BatchSize = 8, RedrawInterval = 5 };
        string Fingerprint(int seed)
        {
            using var model = tiny.Classifier.TernariseWeights(tiny.Images, options with { Seed = seed }).Model;
            return model.FingerprintOfWeights();
        }

        var first = Fingerprint(seed: 1);
        Assert.That(Fingerprint(seed: 1), Is.EqualTo(first));
        Assert.That(new[] { first, Fingerprint(seed: 2), Fingerprint(seed: 3) }.Distinct().Count(), Is.GreaterThan(1));
    }

    [Test]
    public void TernariseWeights_NoSweeps_OnlyQuantises()
    {
        var result = tiny.Classifier.TernariseWeights(tiny.Images, new() { MaxSweeps = 0 });

        using var model = result.Model;
        var expected = HeadRows(tiny.Classifier).SelectMany(Quantised);
        Assert.That(HeadRows(model).SelectMany(row => row), Is.EqualTo(expected).Within(1e-7));
        Assert.That(
            (result.Report.Sweeps, result.Report.AcceptedChanges, result.Report.ObjectiveAfter),
            Is.EqualTo((0, 0L, result.Report.ObjectiveQuantised))
        );

        static IEnumerable<float> Quantised(float[] row)
        {
            var kept = row.Where(weight => Math.Abs(weight) > 0.7 * row.Average(Math.Abs)).ToList();
            return row.Select(weight => kept.Contains(weight) ? Math.Sign(weight) * kept.Average(Math.Abs) : 0);
        }
    }

    [Test]
    public void TernariseWeights_ValidationSet_DecidesWithAllImagesSearchedOn()
    {
        var result = tiny.Classifier.TernariseWeights(tiny.Images, new() { ValidationSet = tiny.Keyed });

        using var model = result.Model;
        var metrics = tiny.Context.MulticlassClassification.EvaluateImbalance(model.Transform(tiny.Images));
        Assert.That(result.Report.ValidationMacroAccuracyAfter, Is.EqualTo(metrics.MacroAccuracy).Within(1e-9));
    }

    [Test]
    public void TernariseWeights_Cancelled_ThrowsOrGivesWhatWasReached([Values] CancellationOutcome outcome)
    {
        using var source = new CancellationTokenSource();
        var options = LastStage with
        {
            OnCancel = outcome,
            Cancellation = source.Token,
            ValidationSetFraction = 0,
            Progress = new CalledProgress<TernaryProgress>(progress => Cancel(progress)),
        };
        void Cancel(TernaryProgress progress)
        {
            if (progress.AcceptedChanges > 0)
            {
                source.Cancel();
            }
        }

        if (outcome == CancellationOutcome.Throw)
        {
            Assert.That(() => tiny.Classifier.TernariseWeights(tiny.Images, options), Throws.InstanceOf<OperationCanceledException>());
            return;
        }

        var result = tiny.Classifier.TernariseWeights(tiny.Images, options);
        using var model = result.Model;
        Assert.That(result.Report.AcceptedChanges, Is.Positive);
        Assert.That(result.Report.Weights, Is.EqualTo(48 + (9 * 8 * 16) + (9 * 16 * 16)));
    }

    [Test]
    public void TernariseWeights_CancelledBefore_ThrowsInAnyCase()
    {
        var options = new TernaryOptions { OnCancel = CancellationOutcome.KeepBest, Cancellation = new(canceled: true) };
        Assert.That(() => tiny.Classifier.TernariseWeights(tiny.Images, options), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void TernariseWeights_TimeThatIsOver_EndsTheSearch()
    {
        var result = tiny.Classifier.TernariseWeights(tiny.Images, LastStage with { MaxTime = TimeSpan.FromTicks(1) });
        using var model = result.Model;
        Assert.That((result.Report.AcceptedChanges, result.Report.Weights), Is.EqualTo((0, 48 + (9 * 8 * 16) + (9 * 16 * 16))));
        Assert.That(result.Report.Sweeps, Is.Zero);
    }

    // The images have the labels that the quantised classifier gives them, so that no change can help.
    [Test]
    public void TernariseWeights_NothingToImprove_KeepsTheQuantisedWeightsOfNoSweep()
    {
        using var quantised = tiny.Classifier.TernariseWeights(tiny.Images, new() { MaxSweeps = 0 }).Model;
        var images = tiny.Context.Data.LoadFromEnumerable(
            tiny.Paths.Zip(TinyModel.Scores(quantised.Transform(tiny.Images)), (path, row) =>
                new LabelledImageFile { ImagePath = path, Label = quantised.ClassNames[Array.IndexOf(row, row.Max())] }
            )
        );
        var options = new TernaryOptions { Objective = TernaryObjective.MacroAccuracy, ValidationSetFraction = 0 };
        var result = tiny.Classifier.TernariseWeights(images, options);
        result.Model.Dispose();
        Assert.That((result.Report.ObjectiveQuantised, result.Report.AcceptedChanges, result.Report.Sweeps), Is.EqualTo((0.0, 0L, 0)));
    }

    [Test]
    public void TernariseWeights_ThenDispose_LeavesNoTensor([Values] TernaryLayers layers) =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() =>
                tiny
                    .Classifier.TernariseWeights(tiny.Images, LastStage with { Layers = layers, MaxTime = TimeSpan.FromSeconds(0.2) })
                    .Model.Dispose()
            ),
            Is.EqualTo(NativeMemory.CountedTwice(TinyModel.Options.Backbone))
        );

    [Test]
    public void TernariseWeights_ColumnMissing_NamesIt() =>
        Assert.That(
            () => tiny.Classifier.TernariseWeights(tiny.Images, new() { LabelColumnName = "Kind" }),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains("Kind")
        );

    [Test]
    public void TernariseWeights_NoImage_IsRefused() =>
        Assert.That(
            () => tiny.Classifier.TernariseWeights(tiny.Context.Data.LoadFromEnumerable(Array.Empty<LabelledImageFile>())),
            Throws.ArgumentException.With.Message.Contains("no image")
        );

    [Test]
    public void TernariseWeights_OneImageOfAClass_CannotBeHeldOut() =>
        Assert.That(
            () => tiny.Classifier.TernariseWeights(tiny.Images, new() { ImagesPerClass = 1 }),
            Throws.ArgumentException.With.Message.Contains("only one row")
        );

    [Test]
    public void TernariseWeights_DisposedModel_IsRefused()
    {
        var model = tiny.Classifier.AdjustLogits();
        model.Dispose();
        Assert.That(() => model.TernariseWeights(tiny.Images), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Options_OutOfRange_SayWhatIsAllowed()
    {
        static void AssertRefused(Func<TernaryOptions> options, string part) =>
            Assert.That(options, Throws.InstanceOf<ArgumentException>().With.Message.Contains(part));
        using (Assert.EnterMultipleScope())
        {
            AssertRefused(() => new() { Layers = (TernaryLayers)7 }, "LastLayer, LastStage, All");
            AssertRefused(() => new() { Objective = (TernaryObjective)7 }, "CrossEntropy");
            AssertRefused(() => new() { LabelColumnName = " " }, "LabelColumnName is empty");
            AssertRefused(() => new() { ImagesPerClass = 0 }, "at least 1");
            AssertRefused(() => new() { ValidationSetFraction = 1 }, "from 0 to 0.9");
            AssertRefused(() => new() { BatchSize = 0 }, "at least 1");
            AssertRefused(() => new() { RedrawInterval = 0 }, "at least 1");
            AssertRefused(() => new() { MaxSweeps = -1 }, "at least 0");
            AssertRefused(() => new() { Patience = 0 }, "at least 1");
            AssertRefused(() => new() { MaxTime = TimeSpan.Zero }, "above 0");
            AssertRefused(() => new() { OnCancel = (CancellationOutcome)7 }, "Throw, KeepBest");
        }
    }

    private static float[][] HeadRows(ImageClassifierModel model) =>
        [.. model.Classifier.Network.Head.Weight.data<float>().ToArray().Chunk(model.Classifier.FeatureCount)];
}

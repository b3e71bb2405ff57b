using Microsoft.ML;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

/// <summary>Evaluating models under attack.</summary>
public sealed class RobustnessEvaluationTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly CostMatrix Costs = new(
        ["owl", "cat", "dog"],
        [
            [0, 5, 2],
            [1, 0, 0.5],
            [3, 1, 0],
        ]
    );
    private static readonly ProjectedGradientAttack Attack = new()
    {
        Epsilon = 40,
        StepSize = 15,
        Steps = 4,
    };

    private TinyModel tiny = null!;

    [OneTimeSetUp]
    public void UseTheSharedModel() => tiny = TinyModel.Shared;

    [Test]
    public void EvaluateRobustness_Images_CountsWhatLoopsCount([Values] bool averageFlips)
    {
        using var model = Model(averageFlips);
        var found = Evaluate(model);
        var (clean, robust) = Expected(model.Classifier);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counts(found.Clean), Is.EqualTo(clean));
            Assert.That(Counts(found.Robust), Is.EqualTo(robust));
            Assert.That(robust, Is.Not.EqualTo(clean), "the attack finds nothing");
            Assert.That(found.Clean, Is.EqualTo(Ml.MulticlassClassification.EvaluateImbalance(model.Transform(tiny.Keyed))));
            Assert.That(found.Robust.Classes.Select(one => one.TrainingCount), Is.EqualTo(new[] { 20, 10, 6 }));
        }
    }

    [Test]
    public void RobustCosts_AnyCosts_AreTheirMeansOverTheImagesOfEachClass()
    {
        var found = Evaluate(tiny.Classifier);
        var ofClasses = new double[3];
        for (var y = 0; y < 3; y++)
        {
            double total = 0,
                images = 0;
            for (var p = 0; p < 3; p++)
            {
                total += found.Robust.Confusion[y][p] * Costs.For(tiny.Classifier.ClassNames).Costs[y][p];
                images += found.Robust.Confusion[y][p];
            }

            ofClasses[y] = total / images;
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.RobustCosts, Is.EqualTo(ofClasses).Within(1e-12));
            Assert.That(found.RobustCost, Is.EqualTo(ofClasses.Average()).Within(1e-12));
            Assert.That(found.RobustCost, Is.GreaterThan(found.CleanCost));
            Assert.That(
                Ml.MulticlassClassification.EvaluateRobustness(tiny.Classifier, tiny.Images, Attack).RobustCost,
                Is.EqualTo(1 - Ml.MulticlassClassification.EvaluateRobustness(tiny.Classifier, tiny.Images, Attack).Robust.MacroAccuracy)
                    .Within(1e-12),
                "equal costs"
            );
        }
    }

    [Test]
    public void EvaluateRobustness_LoadedModel_GivesTheSame()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.zip");
        Ml.Model.Save(tiny.Keys.Append(tiny.Classifier), tiny.Images.Schema, path);
        using var loaded = ((Microsoft.ML.Data.TransformerChain<ITransformer>)Ml.Model.Load(path, out _))
            .OfType<ImageClassifierModel>()
            .Single();
        Assert.That(Evaluate(loaded), Is.EqualTo(Evaluate(tiny.Classifier)));
    }

    [Test]
    public void EvaluateRobustness_Again_GivesTheSameAndLeavesTheModelAndNoTensor()
    {
        var before = tiny.Scores();
        var first = Evaluate(tiny.Classifier);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NativeMemory.TensorsLeftBy(() => Evaluate(tiny.Classifier)), Is.LessThanOrEqualTo(0));
            Assert.That(Evaluate(tiny.Classifier), Is.EqualTo(first));
            Assert.That(tiny.Scores(), Is.EqualTo(before));
        }
    }

    [Test]
    public void EvaluateRobustness_EpsilonZero_IsTheEvaluationWithoutAnAttack()
    {
        var found = Ml.MulticlassClassification.EvaluateRobustness(tiny.Classifier, tiny.Images, new() { Epsilon = 0 });
        Assert.That(found.Robust, Is.EqualTo(found.Clean));
    }

    [Test]
    public void EvaluateRobustness_ImagesThatAreSkipped_AreCounted()
    {
        using var model = tiny.Classifier.WithFeatureColumn();
        model.BadImages = BadImages.Skip;
        var rows = View((tiny.Paths[0], "cat"), ("missing.png", "dog"), (tiny.Paths[30], "owl"));
        var found = Ml.MulticlassClassification.EvaluateRobustness(model, rows, Attack, Costs);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Robust.UnscoredCount, Is.EqualTo(1));
            Assert.That(found.Robust.Classes.Select(one => one.TestCount), Is.EqualTo(new[] { 1, 0, 1 }));
            Assert.That(found.RobustCosts.Select(cost => cost is null), Is.EqualTo(new[] { false, true, false }));
            Assert.That($"{found}".Split(Environment.NewLine)[2], Does.Match("^dog +– +– +– +–$"));
            Assert.That(
                () => Ml.MulticlassClassification.EvaluateRobustness(model, View(("missing.png", "dog"))),
                Throws.ArgumentException.With.Message.Contains("None of the 1 images can be read")
            );
        }
    }

    [Test]
    public void EvaluateRobustness_WhatDoesNotFit_IsRefused()
    {
        var (metrics, model) = (Ml.MulticlassClassification, tiny.Classifier);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => metrics.EvaluateRobustness(null!, tiny.Images), Throws.ArgumentNullException);
            Assert.That(() => metrics.EvaluateRobustness(model, null!), Throws.ArgumentNullException);
            Assert.That(
                () => metrics.EvaluateRobustness(model, tiny.Images, costs: CostMatrix.Equal(["cat", "dog", "cow"])),
                Throws.ArgumentException.With.Message.Contains("There are no costs for 'owl'")
            );
            Assert.That(() => metrics.EvaluateRobustness(model, View()), Throws.ArgumentException.With.Message.Contains("no row"));
            Assert.That(
                () => metrics.EvaluateRobustness(model, View((tiny.Paths[0], "cow"))),
                Throws.ArgumentException.With.Message.Contains("'cow' in column 'Label', which is not one of the 3 classes")
            );
            Assert.That(
                () => metrics.EvaluateRobustness(model, tiny.Images, labelColumnName: "Class"),
                Throws.ArgumentException.With.Message.Contains("There is no column 'Class'")
            );
            Assert.That(
                () => metrics.EvaluateRobustness(model, View(("missing.png", "cat"))),
                Throws.TypeOf<ImageException>().With.Message.Contains("missing.png")
            );
        }
    }

    [Test]
    public void EvaluateRobustness_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.That(
            () => Ml.MulticlassClassification.EvaluateRobustness(tiny.Classifier, tiny.Images, cancellation: cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }

    [Test]
    public void EvaluateRobustness_DisposedModel_IsRefused()
    {
        var model = tiny.Classifier.WithFeatureColumn();
        model.Dispose();
        Assert.That(() => Ml.MulticlassClassification.EvaluateRobustness(model, tiny.Images), Throws.InstanceOf<ObjectDisposedException>());
    }

    private RobustnessMetrics Evaluate(ImageClassifierModel model) =>
        Ml.MulticlassClassification.EvaluateRobustness(model, tiny.Images, Attack, Costs, seed: 4);

    private ImageClassifierModel Model(bool averageFlips)
    {
        using var copy = tiny.Classifier.WithFeatureColumn();
        return new(
            tiny.Classifier.Classifier.WithClassifier((w, b) => (w, b), CPU) with
            {
                AverageFlips = averageFlips,
            },
            tiny.Classifier.Columns,
            CPU
        );
    }

    // Each image alone, but for the random start, which is drawn for all at once.
    private (long[][] Clean, long[][] Robust) Expected(TrainedClassifier classifier)
    {
        using var scope = NewDisposeScope();
        using var images = new LabelledImagesReader(TinyModel.Options, _ => { }).Read(tiny.Keyed);
        using var random = RandomStream.Perturbation.Generator(4, 0, 0);
        var pixels = images.Pixels.Narrow(0, images.Count).to(float32).permute(0, 3, 1, 2).contiguous();
        var costs = Costs.For(classifier.Labels.Names).OnDevice(CPU);
        var attacked = Attack.Change(pixels, images.Labels, costs, Logits, random);
        var (clean, robust) = (
            Enumerable.Range(0, 3).Select(_ => new long[3]).ToArray(),
            Enumerable.Range(0, 3).Select(_ => new long[3]).ToArray()
        );
        foreach (var (row, label) in images.Labels.data<long>().ToArray().Index())
        {
            clean[label][Taken(pixels.narrow(0, row, 1))]++;
            robust[label][Taken(attacked.narrow(0, row, 1))]++;
        }

        return (clean, robust);

        int Taken(Tensor image) => (int)Logits(image).argmax(1).item<long>();

        Tensor Logits(Tensor some)
        {
            var means = tensor(classifier.Preprocessing.Means.ToArray()).reshape(1, 3, 1, 1);
            var deviations = tensor(classifier.Preprocessing.Deviations.ToArray()).reshape(1, 3, 1, 1);
            var inputs = (some - means) / deviations;
            var one = classifier.Network.forward(inputs);
            return classifier.AverageFlips ? (one.softmax(1) + classifier.Network.forward(inputs.flip(3)).softmax(1)).log() : one;
        }
    }

    private static long[][] Counts(ImbalanceMetrics metrics) => [.. metrics.Confusion.Select(row => row.ToArray())];

    private static IDataView View(params (string Path, string Label)[] rows) =>
        Ml.Data.LoadFromEnumerable(rows.Select(row => new LabelledImageFile { ImagePath = row.Path, Label = row.Label }));
}

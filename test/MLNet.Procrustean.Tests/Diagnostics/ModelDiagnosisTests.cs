using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

/// <summary>Diagnosing a model by data views of images.</summary>
public sealed class ModelDiagnosisTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private TinyModel tiny = null!;

    [OneTimeSetUp]
    public void UseTheSharedModel() => tiny = TinyModel.Shared;

    [Test]
    public void Diagnose_Images_DescribesTheFeaturesThatTheNetworkGivesThem()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (train, test) = (ColourRows.Of(Ml, 7, 4, 5), ColourRows.Of(Ml, 3, 4, 3));
        var options = SmallTraining.Options with { ImageColumnName = "Image" };
        using var images = new LabelledImagesReader(options, _ => { }).Read(train);
        using var testImages = new LabelledImagesReader(options, _ => { }).Read(test);
        var preprocessing = Preprocessing.Measure(images.Pixels, options.Shape);
        var network = options.Backbone.Build(3, 3, seed: 1);
        var trained = new TrainedClassifier(network, options.Backbone, preprocessing, new(["red", "green", "blue"], "text"), [7, 4, 5]);
        using var model = new ImageClassifierModel(trained, new ColumnNames("Image", "Score", "PredictedLabel"), CPU);

        ImageFeatures Features(LabelledImages set) =>
            new(network.Features(preprocessing.Normalise(set.Pixels.Narrow(0, set.Count))).to(float64), set.Labels);
        var (weight, bias) = (network.Head.Weight.to(float64), network.Head.Bias.to(float64));
        var expected = ModelDiagnostics.Of(
            Features(images),
            Features(testImages),
            weight,
            bias,
            10,
            RandomStream.Diagnostics.Generator(9, 1)
        );

        Assert.That(Numbers(model.Diagnose(train, test, draws: 10, seed: 9)), Is.EqualTo(Numbers(expected)).Within(1e-4));
    }

    [Test]
    public void Diagnose_OneImageOfEachClassInBothSets_HasNoDeviationAndNoVariability()
    {
        var one = View((tiny.Paths[0], "cat"), (tiny.Paths[20], "dog"), (tiny.Paths[30], "owl"));
        var found = tiny.Classifier.Diagnose(one, one);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.FeatureDeviation, Is.EqualTo(new[] { 0.0, 0, 0 }));
            Assert.That(found.NeuralCollapse.Variability, Is.EqualTo(0).Within(1e-12));
        }
    }

    [Test]
    public void Diagnose_LabelsAsTextOrAsKeysInAnotherOrder_GivesTheSame()
    {
        var reversed = Ml.Data.LoadFromEnumerable(new[] { "owl", "dog", "cat" }.Select(name => new Row { Label = name }));
        var keyed = Ml
            .Transforms.Conversion.MapValueToKey("Label", keyData: Ml.Transforms.SelectColumns("Label").Fit(reversed).Transform(reversed))
            .Fit(tiny.Images)
            .Transform(tiny.Images);
        Assert.That(
            Numbers(tiny.Classifier.Diagnose(keyed, keyed)),
            Is.EqualTo(Numbers(tiny.Classifier.Diagnose(tiny.Images, tiny.Images)))
        );
    }

    [Test]
    public void Diagnose_LoadedModel_GivesTheSame()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.zip");
        Ml.Model.Save(tiny.Classifier, tiny.Images.Schema, path);
        var loaded = Ml.Model.Load(path, out _);
        using var model = loaded as ImageClassifierModel ?? ((TransformerChain<ITransformer>)loaded).Cast<ImageClassifierModel>().Single();
        Assert.That(
            Numbers(model.Diagnose(tiny.Images, tiny.Images)),
            Is.EqualTo(Numbers(tiny.Classifier.Diagnose(tiny.Images, tiny.Images)))
        );
    }

    [Test]
    public void Diagnose_MoreImagesThanAskedFor_ReadsOnlyThoseDrawn()
    {
        var labels = Enumerable
            .Range(0, 36)
            .Select(row =>
                row < 20 ? 0L
                : row < 30 ? 1
                : 2
            )
            .ToArray();
        var drawn = ClassSample.Draw(labels, 4, RandomStream.Diagnostics.Generator(3, 0)).ToHashSet();
        var partly = View([
            .. tiny.Paths.Select((path, row) => (drawn.Contains(row) ? path : "missing.png", tiny.Classifier.ClassNames[(int)labels[row]])),
        ]);
        Assert.That(
            Numbers(tiny.Classifier.Diagnose(partly, partly, imagesPerClass: 4, seed: 3)),
            Is.EqualTo(Numbers(tiny.Classifier.Diagnose(tiny.Images, tiny.Images, imagesPerClass: 4, seed: 3)))
        );
    }

    [Test]
    public void Diagnose_Twice_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() => tiny.Classifier.Diagnose(tiny.Images, tiny.Images, draws: 3)),
            Is.LessThanOrEqualTo(0)
        );

    [Test]
    public void Diagnose_ClassMissingFromTheTestSet_HasNoDeviation()
    {
        var found = tiny.Classifier.Diagnose(tiny.Images, View((tiny.Paths[0], "cat"), (tiny.Paths[30], "owl")));
        Assert.That(found.FeatureDeviation.Select(double.IsNaN), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void Diagnose_WhatDoesNotFit_IsRefused()
    {
        var (images, model) = (tiny.Images, tiny.Classifier);
        var cat = (tiny.Paths[0], "cat");
        var left = NativeMemory.TensorsLeftBy(() =>
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(() => model.Diagnose(null!, images), Throws.ArgumentNullException);
                Assert.That(() => model.Diagnose(images, null!), Throws.ArgumentNullException);
                Assert.That(
                    () => model.Diagnose(images, images, imagesPerClass: 1),
                    Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("imagesPerClass is 1; it must be at least 2")
                );
                Assert.That(
                    () => model.Diagnose(images, images, draws: 0),
                    Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("draws is 0; it must be at least 1")
                );
                Assert.That(
                    () => model.Diagnose(images, images, "Class"),
                    Throws.ArgumentException.With.Message.Contains("There is no column 'Class'")
                );
                Assert.That(
                    () => model.Diagnose(images, View(cat, (tiny.Paths[1], "cow"))),
                    Throws.ArgumentException.With.Message.Contains(
                        "Row 1 (counted from 0) has 'cow' in column 'Label', which is not one of the 3 classes: cat, dog, owl."
                    )
                );
                Assert.That(
                    () => model.Diagnose(View(cat), images),
                    Throws.ArgumentException.With.Message.Contains("The training set has no image of the class dog, owl")
                );
                Assert.That(
                    () => model.Diagnose(images, View()),
                    Throws.ArgumentException.With.Message.Contains("The test set has no row")
                );
                Assert.That(
                    () => model.Diagnose(images, View(cat, ("missing.png", "dog"))),
                    Throws.TypeOf<ImageException>().With.Message.Contains("missing.png")
                );
                Assert.That(
                    () => model.Diagnose(images, Ml.Transforms.DropColumns("ImagePath").Fit(images).Transform(images)),
                    Throws.ArgumentException.With.Message.Contains("There is no column 'ImagePath'")
                );
            }
        });
        Assert.That(left, Is.LessThanOrEqualTo(0));
    }

    [Test]
    public void Diagnose_RowsInAnotherOrderEachTime_IsRefused([Values] bool trainingSet)
    {
        var (images, reshuffled) = (tiny.Images, ReshuffledRows.OfImages(tiny));
        Assert.That(
            () => trainingSet ? tiny.Classifier.Diagnose(reshuffled, images) : tiny.Classifier.Diagnose(images, reshuffled),
            Throws.InvalidOperationException.With.Message.Contains("in another order").And.Message.Contains("rows.ToList()")
        );
    }

    [Test]
    public void Diagnose_RowsInAnotherOrderInACache_GivesEachImageItsLabel()
    {
        var found = tiny.Classifier.Diagnose(Ml.Data.Cache(ReshuffledRows.OfImages(tiny)), tiny.Images, draws: 3);
        var expected = tiny.Classifier.Diagnose(tiny.Images, tiny.Images, draws: 3);
        Assert.That(found.NeuralCollapse.Variability, Is.EqualTo(expected.NeuralCollapse.Variability).Within(0.1).Percent);
    }

    private static IDataView View(params (string Path, string Label)[] rows) =>
        Ml.Data.LoadFromEnumerable(rows.Select(row => new Row { ImagePath = row.Path, Label = row.Label }));

    private static double[] Numbers(ModelDiagnostics found)
    {
        var collapse = found.NeuralCollapse;
        return
        [
            .. found.FeatureDeviation,
            .. found.ClassifierNorms,
            .. found.ClassifierCosines.SelectMany(row => row),
            found.ClassifierEnergy,
            found.FeatureEnergy,
            collapse.Variability,
            collapse.UnequalNorms,
            collapse.UnequalAngles,
            collapse.DualityGap,
            collapse.NearestMeanDisagreement,
        ];
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}

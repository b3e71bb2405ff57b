using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>The trainer in pipelines as users write them.</summary>
public sealed class ImageClassifierCatalogTests
{
    private static readonly string[] Classes = ["cat", "dog", "owl"];

    private TinyModel tiny = null!;
    private MLContext ml = null!;
    private TransformerChain<KeyToValueMappingTransformer> model = null!;

    [OneTimeSetUp]
    public void TrainAPipeline()
    {
        tiny = TinyModel.Shared;
        ml = new(seed: 1);
        model = Pipeline(TinyModel.Options with { Epochs = 15 }).Fit(tiny.Images);
    }

    [OneTimeTearDown]
    public void DisposeThePipeline() => model.Dispose();

    [Test]
    public void Trainer_ByColumnNames_HasThemAndTheDefaults()
    {
        var validation = tiny.Keyed;

        var options = ml
            .MulticlassClassification.Trainers.ProcrusteanImageClassification("Kind", "Photo", "Points", "Guess", validation)
            .Options;

        Assert.That(
            options,
            Is.EqualTo(
                new ImageClassifierOptions
                {
                    LabelColumnName = "Kind",
                    ImageColumnName = "Photo",
                    ScoreColumnName = "Points",
                    PredictedLabelColumnName = "Guess",
                    ValidationSet = validation,
                }
            )
        );
    }

    [Test]
    public void Trainer_ByOptions_KeepsThem() =>
        Assert.That(TinyModel.Trainer(ml, TinyModel.Options).Options, Is.SameAs(TinyModel.Options));

    [Test]
    public void Trainer_ImageTooSmallForBackbone_IsRefusedAtOnce() =>
        Assert.That(
            () => TinyModel.Trainer(ml, new() { Backbone = new ResNet(), ImageSize = 16 }),
            Throws.ArgumentException.With.Message.Contains("ImageSize is 16").And.Message.Contains("resnet-")
        );

    [Test]
    public void Evaluate_OfAPipeline_NamesClassesAndRanks()
    {
        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(tiny.Images), topKPredictionCount: 2);

        Assert.That(metrics.MicroAccuracy, Is.GreaterThan(0.9), "colours are easy to tell apart");
        Assert.That(metrics.TopKAccuracyForAllK, Has.Count.EqualTo(2));
        Assert.That(metrics.ConfusionMatrix.GetFormattedConfusionTable(), Does.Contain("cat").And.Contain("dog").And.Contain("owl"));
        Assert.That(metrics.ConfusionMatrix.Counts.Sum(row => row.Sum()), Is.EqualTo(36));
    }

    [Test]
    public void EvaluateImbalance_OfAPipeline_KnowsTheTrainingCounts()
    {
        var metrics = ml.MulticlassClassification.EvaluateImbalance(model.Transform(tiny.Images));

        Assert.That(
            metrics.Classes.Select(one => (one.Name, one.TrainingCount)),
            Is.EqualTo(new (string, long?)[] { ("cat", 20), ("dog", 10), ("owl", 6) })
        );
        Assert.That(
            metrics.MicroAccuracy,
            Is.EqualTo(ml.MulticlassClassification.Evaluate(model.Transform(tiny.Images)).MicroAccuracy).Within(1e-9)
        );
    }

    [Test]
    public void CrossValidate_ThreeFolds_EvaluatesEachRowOnce()
    {
        var data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(tiny.Images).Transform(tiny.Images);

        var folds = ml.MulticlassClassification.CrossValidate(
            data,
            TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1 }),
            numberOfFolds: 3
        );

        Assert.That(folds.Select(fold => fold.Metrics.ConfusionMatrix.NumberOfClasses), Is.All.EqualTo(3));
        Assert.That(folds.Sum(fold => fold.Metrics.ConfusionMatrix.Counts.Sum(row => row.Sum())), Is.EqualTo(36));
        foreach (var fold in folds)
        {
            ((IDisposable)fold.Model).Dispose();
        }
    }

    [Test]
    public void Fit_ThroughCachesAndCheckpoint_GivesTheSameModel()
    {
        var checkpoint = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .AppendCacheCheckpoint(ml)
            .Append(TinyModel.Trainer(ml, TinyModel.Options));

        using var cached = checkpoint.Fit(ml.Data.Cache(tiny.Images));

        Assert.That(TinyModel.Scores(cached.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
    }

    [Test]
    public void Cache_OfScoredData_GivesTheSameScores() =>
        Assert.That(TinyModel.Scores(ml.Data.Cache(tiny.Classifier.Transform(tiny.Images))), Is.EqualTo(tiny.Scores()));

    [Test]
    public void ShuffleRows_OfScoredData_KeepsImageAndScoreTogether()
    {
        var expected = tiny.Paths.Zip(tiny.Scores()).ToDictionary(pair => pair.First, pair => pair.Second);

        var shuffled = ml.Data.ShuffleRows(tiny.Classifier.Transform(tiny.Images), seed: 3);

        var paths = shuffled.GetColumn<string>("ImagePath").ToArray();
        Assert.That(paths, Is.EquivalentTo(tiny.Paths).And.Not.EqualTo(tiny.Paths));
        AssertClose(TinyModel.Scores(shuffled), [.. paths.Select(path => expected[path])]);
    }

    [Test]
    public void Fit_AfterTrainTestSplit_TrainsOnItsPart()
    {
        var split = ml.Data.TrainTestSplit(tiny.Images, testFraction: 0.3);

        using var trained = Pipeline(TinyModel.Options with { Epochs = 1 }).Fit(split.TrainSet);

        Assert.That(
            trained.OfType<ImageClassifierModel>().Single().TrainingCounts.Sum(),
            Is.EqualTo(split.TrainSet.GetColumn<string>("Label").Count()).And.LessThan(36)
        );
        Assert.That(
            ml.MulticlassClassification.Evaluate(trained.Transform(split.TestSet)).ConfusionMatrix.Counts.Sum(row => row.Sum()),
            Is.EqualTo(split.TestSet.GetColumn<string>("Label").Count())
        );
    }

    [Test]
    public void Fit_AfterStratifiedSplit_HasItsCounts()
    {
        var (train, test) = ml.Data.StratifiedSplit(tiny.Images, "Label", 0.5);

        using var trained = Pipeline(TinyModel.Options with { Epochs = 1 }).Fit(train);

        var classifier = trained.OfType<ImageClassifierModel>().Single();
        Assert.That(classifier.ClassNames, Is.EqualTo(Classes));
        Assert.That(classifier.TrainingCounts, Is.EqualTo(new long[] { 10, 5, 3 }));
        Assert.That(
            ml.MulticlassClassification.EvaluateImbalance(trained.Transform(test)).Classes.Select(one => one.TestCount),
            Is.EqualTo(new long[] { 10, 5, 3 })
        );
    }

    [Test]
    public void GetModelFor_Scoring_TakesNoLabel()
    {
        var keys = ml.Transforms.Conversion.MapValueToKey("Label");
        using var trained = new EstimatorChain<ITransformer>()
            .Append(keys, TransformerScope.TrainTest)
            .Append(TinyModel.Trainer(ml, TinyModel.Options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(tiny.Images);

        using var engine = ml.Model.CreatePredictionEngine<Path, Named>(trained.GetModelFor(TransformerScope.Scoring));

        Assert.That(engine.Predict(new() { ImagePath = tiny.Paths[0] }).PredictedLabel, Is.AnyOf(Classes));
    }

    [Test]
    public void Fit_IntegerLabels_PredictsIntegers()
    {
        var rows = tiny.Paths.Select((path, row) => new Numbered { ImagePath = path, Label = row < 20 ? 700 : -3 });

        using var trained = Pipeline(TinyModel.Options).Fit(ml.Data.LoadFromEnumerable(rows));

        var predicted = trained.Transform(ml.Data.LoadFromEnumerable(rows));
        Assert.That(predicted.Schema["PredictedLabel"].Type, Is.EqualTo(NumberDataViewType.Int32));
        Assert.That(predicted.GetColumn<int>("PredictedLabel").Distinct(), Is.SubsetOf(new[] { 700, -3 }));
        Assert.That(trained.OfType<ImageClassifierModel>().Single().ClassNames, Is.EqualTo(new[] { "700", "-3" }));
    }

    [Test]
    public void Fit_KeyWithoutValues_NamesClassesByNumber()
    {
        // ML.NET adds 1
        var data = ml.Data.LoadFromEnumerable(tiny.Paths.Select((path, row) => new Keyed { ImagePath = path, Label = row < 20 ? 0u : 1u }));

        using var trained = TinyModel.Trainer(ml, TinyModel.Options).Fit(data);

        Assert.That(trained.ClassNames, Is.EqualTo(new[] { "0", "1" }));
        Assert.That(ml.MulticlassClassification.Evaluate(trained.Transform(data)).ConfusionMatrix.NumberOfClasses, Is.EqualTo(2));
    }

    [Test]
    public void Fit_HashAsKey_SaysThatItHasTooManyClasses()
    {
        var hashed = ml.Transforms.Conversion.Hash("Label").Fit(tiny.Images).Transform(tiny.Images);

        Assert.That(
            () => TinyModel.Trainer(ml, TinyModel.Options).Fit(hashed),
            Throws.ArgumentException.With.Message.Contains("'Label'").And.Message.Contains("2147483648")
        );
    }

    [Test]
    public void Fit_OwnColumnNames_AreUsedThroughout()
    {
        var options = TinyModel.Options with
        {
            LabelColumnName = "Kind",
            ImageColumnName = "Photo",
            ScoreColumnName = "Points",
            PredictedLabelColumnName = "Guess",
        };
        var pipeline = ml
            .Transforms.CopyColumns("Photo", "ImagePath")
            .Append(ml.Transforms.Conversion.MapValueToKey("Kind", "Label"))
            .Append(TinyModel.Trainer(ml, options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("Name", "Guess"));

        using var trained = pipeline.Fit(tiny.Images);

        var scored = trained.Transform(tiny.Images);
        Assert.That(scored.GetColumn<float[]>("Points").ToArray(), Is.EqualTo(tiny.Scores()));
        Assert.That(scored.GetColumn<string>("Name").Distinct(), Is.SubsetOf(Classes));
        Assert.That(ml.MulticlassClassification.Evaluate(scored, "Kind", "Points", "Guess").ConfusionMatrix.NumberOfClasses, Is.EqualTo(3));
    }

    /// <summary>Rows at other places in a batch may differ in the last bits: kernels depend on the shape.</summary>
    private static void AssertClose(float[][] actual, float[][] expected) =>
        Assert.That(actual.SelectMany(row => row), Is.EqualTo(expected.SelectMany(row => row)).Within(1e-5f));

    private EstimatorChain<KeyToValueMappingTransformer> Pipeline(ImageClassifierOptions options) =>
        ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(TinyModel.Trainer(ml, options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private sealed class Path
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class Named
    {
        public string PredictedLabel { get; set; } = "";
    }

    private sealed class Numbered
    {
        public string ImagePath { get; set; } = "";

        public int Label { get; set; }
    }

    private sealed class Keyed
    {
        public string ImagePath { get; set; } = "";

        [KeyType(2)]
        public uint Label { get; set; }
    }
}

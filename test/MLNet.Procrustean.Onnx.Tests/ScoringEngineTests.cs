using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Onnx.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests;

/// <summary>Models as training saved them, scored by either engine; this program has both.</summary>
public sealed class ScoringEngineTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private SavedTinyModel saved = null!;

    [OneTimeSetUp]
    public void SaveTheSharedModel() => saved = new();

    [OneTimeTearDown]
    public void RemoveIt() => saved.Dispose();

    [Test]
    public void Load_WithThePackage_ScoresWithOnnxRuntime()
    {
        using var model = SavedTinyModel.Load(saved.Zip);

        var scores = Scores(model);

        saved.AssertEqual(scores);
        Assert.That(scores, Is.Not.EqualTo(saved.Scores), "libtorch would have given the same bits");
        Assert.That(model.ScoringEngine, Is.EqualTo(ScoringEngine.Auto));
    }

    [Test]
    public void ScoringEngine_Libtorch_GivesTheBitsOfTheTrainedModel()
    {
        using var model = SavedTinyModel.Load(saved.Zip);

        model.ScoringEngine = ScoringEngine.Libtorch;

        Assert.That(Scores(model), Is.EqualTo(saved.Scores));
    }

    [Test]
    public void ScoringEngine_OfATrainedModel_IsLibtorchUntilAnotherIsChosen()
    {
        using var model = SavedTinyModel.Model.Classifier.AdjustLogits(tau: 0);
        Assert.That(Scores(model), Is.EqualTo(saved.Scores));

        model.ScoringEngine = ScoringEngine.OnnxRuntime;

        saved.AssertEqual(Scores(model));
        Assert.That(Scores(model), Is.Not.EqualTo(saved.Scores));
    }

    [Test]
    public void Load_TernaryWeights_ScoresWithOnnxRuntime()
    {
        var tiny = SavedTinyModel.Model;
        using var ternary = tiny
            .Classifier.TernariseWeights(tiny.Images, new() { Layers = TernaryLayers.All, MaxTime = TimeSpan.FromSeconds(0.1) })
            .Model;
        var zip = Path.Combine(saved.Folder, "ternary.zip");
        tiny.Context.Model.SaveAtomically(tiny.Keys.Append(ternary), tiny.Images.Schema, zip);
        using var model = SavedTinyModel.Load(zip);

        var (scores, expected) = (Scores(model), Scores(ternary));

        Assert.That(scores.SelectMany(row => row), Is.EqualTo(expected.SelectMany(row => row)).Within(1e-6f));
        Assert.That(scores, Is.Not.EqualTo(expected), "libtorch would have given the same bits");
    }

    [Test]
    public void ScoringPrecision_OtherThanSingle_IsOfLibtorch()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        using var trained = SavedTinyModel.Model.Classifier.AdjustLogits(tau: 0);

        (model.ScoringPrecision, trained.ScoringPrecision) = (Precision.Bf16, Precision.Bf16);

        Assert.That(Scores(model), Is.EqualTo(Scores(trained)));
        Assert.That(
            () => model.ScoringEngine = ScoringEngine.OnnxRuntime,
            Throws.InvalidOperationException.With.Message.Contains("single precision")
        );
        (model.ScoringPrecision, model.ScoringEngine) = (Precision.Fp32, ScoringEngine.OnnxRuntime);
        Assert.That(() => model.ScoringPrecision = Precision.Auto, Throws.InvalidOperationException.With.Message.Contains("Auto"));
    }

    [Test]
    public void ScoringEngine_Unknown_IsRefused() =>
        Assert.That(
            () => SavedTinyModel.Model.Classifier.ScoringEngine = (ScoringEngine)7,
            Throws.InstanceOf<ArgumentOutOfRangeException>()
        );

    [Test]
    public void Save_OfALoadedModel_WritesTheSameContents()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        var (first, second) = (Path.Combine(saved.Folder, "first"), Path.Combine(saved.Folder, "second"));

        SavedTinyModel.Model.Classifier.SaveSafeTensors(first);
        model.SaveSafeTensors(second);

        Assert.That(File.ReadAllBytes(second), Is.EqualTo(File.ReadAllBytes(first)));
    }

    [Test]
    public void SaveOnnx_OfALoadedModel_WritesTheSameFile()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        var again = Path.Combine(saved.Folder, "again.onnx");

        model.SaveOnnx(again);

        Assert.That(File.ReadAllBytes(again), Is.EqualTo(File.ReadAllBytes(saved.Onnx)));
    }

    [Test]
    public void WithFeatureColumn_OfALoadedModel_AddsTheFeaturesOfLibtorch()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        using var loaded = model.WithFeatureColumn();
        using var trained = SavedTinyModel.Model.Classifier.WithFeatureColumn();

        var features = loaded.Transform(SavedTinyModel.Model.Images).GetColumn<float[]>("Features").ToArray();

        var expected = trained.Transform(SavedTinyModel.Model.Images).GetColumn<float[]>("Features").ToArray();
        Assert.That(features.SelectMany(row => row), Is.EqualTo(expected.SelectMany(row => row)).Within(1e-5f));
        saved.AssertEqual(Scores(loaded));
    }

    [Test]
    public void AdjustLogits_OfALoadedModel_GivesWhatItGivesOfTheTrainedOne()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        using var loaded = model.AdjustLogits();
        using var trained = SavedTinyModel.Model.Classifier.AdjustLogits();

        Assert.That(Scores(loaded).SelectMany(row => row), Is.EqualTo(Scores(trained).SelectMany(row => row)).Within(1e-6f));
    }

    [Test]
    public void EvaluateRobustness_OfALoadedModel_GivesWhatItGivesOfTheTrainedOne()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        model.ScoringEngine = ScoringEngine.OnnxRuntime;
        var attack = new ProjectedGradientAttack { Epsilon = 40, StepSize = 15 };

        var loaded = Ml.MulticlassClassification.EvaluateRobustness(model, SavedTinyModel.Model.Images, attack);

        var trained = Ml.MulticlassClassification.EvaluateRobustness(SavedTinyModel.Model.Classifier, SavedTinyModel.Model.Images, attack);
        Assert.That(loaded, Is.EqualTo(trained));
    }

    [Test]
    public void InitialWeights_OfALoadedModel_TrainOn()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        var options = TinyModel.Options with { InitialWeights = model, Epochs = 1 };
        using var from = TinyModel
            .Trainer(Ml, options with { InitialWeights = SavedTinyModel.Model.Classifier })
            .Fit(SavedTinyModel.Model.Keyed);

        using var refined = TinyModel.Trainer(Ml, options).Fit(SavedTinyModel.Model.Keyed);

        Assert.That(Scores(refined), Is.EqualTo(Scores(from)));
    }

    [Test]
    public void Evaluate_OfEitherEngine_GivesTheSameMetrics()
    {
        using var model = SavedTinyModel.Load(saved.Zip);

        var loaded = Ml.MulticlassClassification.Evaluate(model.Transform(SavedTinyModel.Model.Keyed));

        var trained = Ml.MulticlassClassification.Evaluate(SavedTinyModel.Model.Classifier.Transform(SavedTinyModel.Model.Keyed));
        Assert.That(loaded.MacroAccuracy, Is.EqualTo(trained.MacroAccuracy));
        Assert.That(loaded.ConfusionMatrix.Counts, Is.EqualTo(trained.ConfusionMatrix.Counts));
        Assert.That(loaded.LogLoss, Is.EqualTo(trained.LogLoss).Within(1e-6));
    }

    [Test]
    public void Score_OnManyThreads_IsThatOfOne()
    {
        using var model = SavedTinyModel.Load(saved.Zip);
        var alone = SavedTinyModel.Model.Paths.Select(path => Single(model, path)).ToArray();
        saved.AssertEqual(alone);

        Parallel.For(0, 8, _ =>
        {
            var engine = Engine(model);
            var scores = SavedTinyModel.Model.Paths.Select(path => engine.Predict(new() { ImagePath = path }).Values);
            Assert.That(scores, Is.EqualTo(alone));
        });
    }

    [Test]
    public void Dispose_WhileOthersScore_RefusesTheNextBatch()
    {
        var model = SavedTinyModel.Load(saved.Zip);
        var view = model.Transform(SavedTinyModel.Model.Images);
        var scoring = Task.Run(() =>
        {
            while (true)
            {
                saved.AssertEqual(TinyModel.Scores(view));
            }
        });
        Thread.Sleep(100);

        model.Dispose();

        Assert.That(async () => await scoring, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => model.Transform(SavedTinyModel.Model.Images), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static float[][] Scores(ImageClassifierModel model) => TinyModel.Scores(model.Transform(SavedTinyModel.Model.Images));

    private static float[] Single(ImageClassifierModel model, string path) => Engine(model).Predict(new() { ImagePath = path }).Values;

    private static PredictionEngine<LabelledImageFile, Score> Engine(ImageClassifierModel model) =>
        Ml.Model.CreatePredictionEngine<LabelledImageFile, Score>(model); // not disposed: that would dispose the model

    private sealed class Score
    {
        [ColumnName("Score")]
        public float[] Values { get; set; } = [];
    }
}

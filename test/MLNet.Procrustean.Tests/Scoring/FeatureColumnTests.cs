using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Scoring;

public sealed class FeatureColumnTests
{
    private const int Images = 70; // more than a batch
    private const int FeatureCount = 16;
    private readonly MLContext ml = new(seed: 1);
    private IDataView images = null!;
    private ImageClassifierModel model = null!;

    [OneTimeSetUp]
    public void Train()
    {
        var drawn = ml.Data.LoadFromEnumerable(DrawnImages.Rows(Images));
        images = ml.Transforms.Conversion.MapValueToKey("Label").Fit(drawn).Transform(drawn);
        model = TinyModel.Trainer(ml, TinyModel.Options with { FeatureColumnName = "Features" }).Fit(images);
    }

    [OneTimeTearDown]
    public void DisposeTheModel() => model.Dispose();

    [Test]
    public void Transform_LinearHead_AddsTheMeansOfTheLastStage() => AssertPooled(model, ClassifierHead.Linear);

    [Test]
    public void Transform_CosineHead_AddsTheMeansBeforeTheirNormalisation()
    {
        var options = TinyModel.Options with { FeatureColumnName = "Features", Strategy = new LabelDistributionAwareMargin(), Epochs = 1 };
        using var cosine = TinyModel.Trainer(ml, options).Fit(images);
        AssertPooled(cosine, ClassifierHead.Cosine);
    }

    [Test]
    public void GetOutputSchema_FeatureColumn_IsAVectorOfKnownSize() =>
        Assert.That(
            model.GetOutputSchema(images.Schema)["Features"].Type,
            Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, FeatureCount))
        );

    [Test]
    public void Fit_NotAskedFor_GivesNoSuchColumnAndTheSameScores()
    {
        using var plain = TinyModel.Trainer(ml, TinyModel.Options).Fit(images);
        var scored = plain.Transform(images);
        Assert.That(scored.Schema.GetColumnOrNull("Features"), Is.Null);
        Assert.That(TinyModel.Scores(scored), Is.EqualTo(TinyModel.Scores(model.Transform(images))), "bit for bit");
    }

    [Test]
    public void Transform_OfAFurtherModel_HidesTheEarlierColumns()
    {
        using var other = model.AdjustLogits();
        var twice = other.Transform(model.Transform(images));
        Assert.That(twice.GetColumn<float[]>("Features").ToArray(), Is.EqualTo(Features(model)));
        Assert.That(TinyModel.Scores(twice), Is.EqualTo(TinyModel.Scores(other.Transform(images))));
    }

    [Test]
    public void Fit_FurtherStepsOnTheFeatures_AreTrained()
    {
        var pipeline = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(TinyModel.Trainer(ml, TinyModel.Options with { FeatureColumnName = "Features", ScoreColumnName = "Points" }))
            .AppendCacheCheckpoint(ml)
            .Append(ml.Transforms.ProjectToPrincipalComponents("Map", "Features", rank: 2))
            .Append(ml.Clustering.Trainers.KMeans("Features", numberOfClusters: 3));
        var rows = ml.Data.LoadFromEnumerable(DrawnImages.Rows(Images));

        using var trained = pipeline.Fit(rows);

        var scored = trained.Transform(rows);
        var clusters = scored.GetColumn<uint>("PredictedLabel").ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scored.GetColumn<float[]>("Map").Select(point => point.Length), Is.All.EqualTo(2));
            Assert.That(clusters, Has.Length.EqualTo(Images));
            Assert.That(clusters.Distinct().Count(), Is.GreaterThan(1));
            Assert.That(scored.GetColumn<float[]>("Points").Select(row => row.Length), Is.All.EqualTo(3));
        }
    }

    [Test]
    public void Evaluate_OfCachedData_KeepsTheFeatures()
    {
        var cached = ml.Data.Cache(model.Transform(images));
        Assert.That(ml.MulticlassClassification.Evaluate(cached).ConfusionMatrix.NumberOfClasses, Is.EqualTo(3));
        Assert.That(cached.GetColumn<float[]>("Features").ToArray(), Is.EqualTo(Features(model)));
    }

    [Test]
    public void Predict_ByAnEngine_GivesTheFeatures()
    {
        var engine = ml.Model.CreatePredictionEngine<DrawnImages.Row, Embedded>(model); // not disposed: that would dispose the model
        var batched = Features(model);
        foreach (var (number, row) in DrawnImages.Rows(5).Index())
        {
            var embedded = engine.Predict(row);
            Assert.That(embedded.Features, Is.EqualTo(batched[number]).Within(1e-5f));
            Assert.That(embedded.Score.Sum(), Is.EqualTo(1).Within(1e-5));
        }
    }

    [Test]
    public void Load_SavedModel_GivesTheSameFeatures()
    {
        using var file = new MemoryStream();
        ml.Model.Save(model, images.Schema, file);
        var loaded = ml.Model.Load(file, out _);
        using var disposed = (IDisposable)loaded;
        Assert.That(loaded.Transform(images).GetColumn<float[]>("Features").ToArray(), Is.EqualTo(Features(model)));
    }

    [Test]
    public void WithFeatureColumn_OfALoadedModel_AddsTheColumnAndKeepsTheScores()
    {
        using var file = new MemoryStream();
        var tiny = TinyModel.Shared;
        ml.Model.Save(tiny.Keys.Append(tiny.Classifier), tiny.Images.Schema, file);
        var loaded = (TransformerChain<ITransformer>)ml.Model.Load(file, out _);
        var classifier = loaded.OfType<ImageClassifierModel>().Single();

        using var embedding = classifier.WithFeatureColumn("Embedding");
        loaded.Dispose();

        var scored = embedding.Transform(tiny.Images);
        Assert.That(scored.GetColumn<float[]>("Embedding").Select(row => row.Length), Is.All.EqualTo(FeatureCount));
        Assert.That(TinyModel.Scores(scored), Is.EqualTo(tiny.Scores()), "bit for bit");
    }

    [Test]
    public void AdjustLogits_ModelWithFeatures_KeepsThem()
    {
        using var adjusted = model.AdjustLogits();
        Assert.That(Features(adjusted), Is.EqualTo(Features(model)));
    }

    [Test]
    public void WithFeatureColumn_ThenDispose_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() => model.WithFeatureColumn().Dispose()),
            Is.EqualTo(NativeMemory.CountedTwice(TinyModel.Options.Backbone))
        );

    [TestCase(" ", "featureColumnName is empty")]
    [TestCase("Score", "Two columns of the model would be named 'Score'")]
    [TestCase("PredictedLabel", "Two columns of the model would be named 'PredictedLabel'")]
    public void WithFeatureColumn_NameThatCannotBe_SaysWhy(string name, string message) =>
        Assert.That(() => model.WithFeatureColumn(name), Throws.ArgumentException.With.Message.Contains(message));

    private float[][] Features(ImageClassifierModel of) => [.. of.Transform(images).GetColumn<float[]>("Features")];

    // The network that was trained, not the folded copy that scores; the mean over all pixels, one after the other.
    private void AssertPooled(ImageClassifierModel of, ClassifierHead head)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var network = of.Classifier.Network;
        Assert.That((network.Head.Kind, network.training), Is.EqualTo((head, false)));
        var h = network.Stages.Aggregate(network.Stem.call(Normalised(of.Classifier.Preprocessing)), (input, stage) => stage.call(input));
        var (last, pixels) = (h.contiguous().data<float>().ToArray(), (int)(h.shape[2] * h.shape[3]));
        var features = Features(of);
        for (var image = 0; image < Images; image++)
        {
            for (var feature = 0; feature < FeatureCount; feature++)
            {
                var sum = 0.0;
                for (var pixel = 0; pixel < pixels; pixel++)
                {
                    sum += last[(((image * FeatureCount) + feature) * pixels) + pixel];
                }

                Assert.That(features[image][feature], Is.EqualTo(sum / pixels).Within(1e-5), $"image {image}, feature {feature}");
            }
        }
    }

    private static Tensor Normalised(Preprocessing preprocessing)
    {
        var shape = preprocessing.Shape;
        var bytes = DrawnImages.Rows(Images).SelectMany(row => Decoded.Of(row.ImagePath, shape, "drawn")).ToArray();
        return preprocessing.Normalise(tensor(bytes).reshape(Images, shape.Size, shape.Size, shape.Channels));
    }

    private sealed class Embedded
    {
        public float[] Score { get; set; } = [];

        public float[] Features { get; set; } = [];
    }
}

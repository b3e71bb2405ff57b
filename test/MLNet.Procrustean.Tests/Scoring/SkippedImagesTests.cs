using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>What a model does with images to score that cannot be read.</summary>
public sealed class SkippedImagesTests
{
    private readonly List<string> warnings = [];
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();
    private ITransformer loaded = null!;
    private ImageClassifierModel model = null!;
    private string[] bad = [];

    [OneTimeSetUp]
    public void LoadTheSharedModel()
    {
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(line.Message);
            }
        };
        var path = Path.Combine(folder.Path, "model.zip");
        using var withFeatures = TinyModel.Shared.Classifier.WithFeatureColumn();
        withFeatures.BadImages = BadImages.Skip; // which is not saved
        var pipeline = TinyModel.Shared.Keys.Append(withFeatures);
        var end = ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel").Fit(pipeline.Transform(TinyModel.Shared.Images));
        ml.Model.Save(pipeline.Append(end), TinyModel.Shared.Images.Schema, path);
        loaded = ml.Model.Load(path, out _);
        model = Parts(loaded).OfType<ImageClassifierModel>().Single();
        bad =
        [
            Path.Combine(folder.Path, "nowhere.png"),
            folder.Write("empty.png", []),
            folder.Write("cut.png", ImageFolders.Png(0, 0)[..100]),
            folder.Write("text.png", "no image"u8.ToArray()),
        ];
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [SetUp]
    public void BeginAsLoaded()
    {
        warnings.Clear();
        (model.BadImages, model.OnSkippedImage) = (BadImages.Skip, null);
    }

    [TestCase(new[] { 0 })]
    [TestCase(new[] { 3, 63, 64, 199 })]
    public void Transform_Skipping_KeepsEachRowAndScoresTheOthersAsBefore(int[] places) => AssertSkipped(places);

    [Test]
    public void Transform_SkippingAWholeBatch_KeepsEachRow() => AssertSkipped([.. Enumerable.Range(64, 64), 130]);

    [Test]
    public void Transform_Skipping_TakesNoRandomNumberOfTheContext()
    {
        Assert.That(Drawn([Good(0), .. bad.Select(path => (path, "cat"))]), Is.EqualTo(Drawn([Good(0)])));

        int Drawn((string Path, string Label)[] rows)
        {
            var own = new MLContext(seed: 1);
            var pipeline = own.Model.Load(Path.Combine(folder.Path, "model.zip"), out _);
            var skipping = Parts(pipeline).OfType<ImageClassifierModel>().Single();
            skipping.BadImages = BadImages.Skip;
            Assert.That(pipeline.Transform(Rows(rows)).GetColumn<float[]>("Score").Count(), Is.EqualTo(rows.Length));
            skipping.Dispose();
            return ((IHostEnvironment)own).Register("the next training").Rand.Next();
        }
    }

    [Test]
    public void Transform_Skipping_LogsAndListsEachImage()
    {
        var skipped = new List<ImageException>();
        model.OnSkippedImage = skipped.Add;

        var scored = loaded.Transform(Rows([(bad[0], "cat"), Good(0), .. bad[1..].Select(path => (path, "dog"))]));
        Assert.That(scored.GetColumn<float[]>("Score").Count(), Is.EqualTo(5));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(skipped.Select(problem => problem.Origin), Is.EqualTo(bad));
            Assert.That(skipped[0].Message, Does.Contain("does not exist"));
            Assert.That(bad.Select(path => warnings.Count(line => line.Contains($"Skipped an image: {path}"))), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Transform_Refusing_ThrowsAtTheFirst()
    {
        model.BadImages = BadImages.Refuse;
        var scored = loaded.Transform(Rows([Good(0), (bad[1], "cat"), (bad[2], "cat")]));
        Assert.That(() => TinyModel.Scores(scored), Throws.TypeOf<ImageException>().With.Property("Origin").EqualTo(bad[1]));
    }

    [Test]
    public void MoveNext_AfterAFailure_FailsAgain()
    {
        model.BadImages = BadImages.Refuse;
        var scored = model.Transform(Rows([.. Enumerable.Range(0, 100).Select(row => row == 70 ? (bad[1], "cat") : Good(row % 36))]));
        using var cursor = scored.GetRowCursor(scored.Schema);
        for (var row = 0; row < 64; row++)
        {
            Assert.That(cursor.MoveNext(), Is.True);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => cursor.MoveNext(), Throws.TypeOf<ImageException>());
            Assert.That(() => cursor.MoveNext(), Throws.InvalidOperationException.With.Message.Contains("make another one"));
        }
    }

    [Test]
    public void BadImages_OfALoadedModel_AreRefused()
    {
        var path = Path.Combine(folder.Path, "again.zip");
        ml.Model.Save(model, TinyModel.Shared.Images.Schema, path);
        using var again = Parts(ml.Model.Load(path, out _)).OfType<ImageClassifierModel>().Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.BadImages, Is.EqualTo(BadImages.Refuse));
            Assert.That(() => model.BadImages = (BadImages)7, Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void Predict_Skipping_AnswersWithMissingValues()
    {
        var keeping = new PredictionEngineOptions { OwnsTransformer = false };
        using var engine = ml.Model.CreatePredictionEngine<LabelledImageFile, Prediction>(loaded, keeping);

        var missing = engine.Predict(new() { ImagePath = bad[1] });
        var next = engine.Predict(new() { ImagePath = Good(0).Path });
        model.BadImages = BadImages.Refuse;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((missing.Predicted, missing.PredictedLabel), Is.EqualTo(("", 0u)));
            Assert.That(missing.Score, Is.EqualTo(new[] { float.NaN, float.NaN, float.NaN }));
            Assert.That(next.Predicted, Is.Not.Empty);
            Assert.That(next.Score.Sum(), Is.EqualTo(1).Within(1e-5));
            Assert.That(() => engine.Predict(new() { ImagePath = bad[1] }), Throws.TypeOf<ImageException>());
        }
    }

    [Test]
    public void Evaluate_Skipping_LeavesTheRowsOutAndCountsThem()
    {
        var good = Enumerable.Range(0, 36).Select(Good).ToList();
        var all = loaded.Transform(Rows([.. good.Take(5), .. bad.Select(path => (path, "owl")), .. good.Skip(5)]));
        var readable = loaded.Transform(Rows(good));
        var (metrics, expected) = (Evaluate(all), Evaluate(readable));
        var (mlNet, mlNetExpected) = (ml.MulticlassClassification.Evaluate(all), ml.MulticlassClassification.Evaluate(readable));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((metrics.UnscoredCount, expected.UnscoredCount), Is.EqualTo((4, 0)));
            Assert.That(metrics.Confusion, Is.EqualTo(expected.Confusion));
            Assert.That(metrics, Is.Not.EqualTo(expected));
            Assert.That(metrics.ToString(), Does.Match(@"images without a score +4\s*$"));
            Assert.That(expected.ToString(), Does.Not.Contain("without a score"));
            Assert.That(warnings, Has.Some.Contains("4 of 40 rows in the evaluated data have no score and are left out."));
            Assert.That(mlNet.MacroAccuracy, Is.EqualTo(mlNetExpected.MacroAccuracy));
            Assert.That(mlNet.LogLoss, Is.EqualTo(mlNetExpected.LogLoss).Within(1e-9));
            Assert.That(
                () => Evaluate(loaded.Transform(Rows([(bad[0], "cat")]))),
                Throws.ArgumentException.With.Message.Contains("None of")
            );
        }
    }

    [Test]
    public void FilterRowsByMissingValues_OfScoredRows_RemovesThoseThatWereSkipped()
    {
        var scored = loaded.Transform(Rows([Good(0), (bad[1], "cat"), Good(30)]));
        var kept = ml.Data.FilterRowsByMissingValues(scored, "Score");
        Assert.That(kept.GetColumn<string>("ImagePath"), Is.EqualTo(new[] { Good(0).Path, Good(30).Path }));
    }

    [Test]
    public void CrossValidate_TrainerThatSkips_EvaluatesEachFoldWithout()
    {
        var data = Rows([.. Enumerable.Range(0, 36).Select(Good), .. bad.Select(path => (path, "cat")), (bad[0], "dog"), (bad[1], "dog")]);
        var pipeline = ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1, BadImages = BadImages.Skip }));

        var folds = ml.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 2);

        Assert.That(folds.Sum(fold => Evaluate(fold.ScoredHoldOutSet).UnscoredCount), Is.EqualTo(6));
        Assert.That(folds.Select(fold => fold.Metrics.LogLoss), Is.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void Diagnose_Skipping_IsThatOfTheOthers()
    {
        var good = Enumerable.Range(0, 36).Select(Good).ToList();
        var readable = Rows(good);
        var found = model.Diagnose(Rows([.. good, .. bad.Select(path => (path, "owl"))]), readable);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.FeatureEnergy, Is.EqualTo(model.Diagnose(readable, readable).FeatureEnergy).Within(1e-6));
            Assert.That(warnings, Has.Exactly(4).Contains("Skipped an image"));
            Assert.That(
                () => model.Diagnose(Rows([Good(0), Good(25), (bad[0], "owl")]), readable),
                Throws.ArgumentException.With.Message.Contains("has no image of the class owl")
            );
            Assert.That(
                () => model.Diagnose(readable, Rows([(bad[0], "owl")])),
                Throws.ArgumentException.With.Message.Contains("None of the images")
            );
        }
    }

    private void AssertSkipped(int[] places)
    {
        var rows = Enumerable.Range(0, 200).Select(row => Good(row * 7 % 36)).ToArray();
        var expected = loaded.Transform(Rows(rows));
        foreach (var place in places)
        {
            rows[place] = (bad[place % bad.Length], rows[place].Label);
        }

        var scored = loaded.Transform(Rows(rows));
        var kept = Enumerable.Range(0, 200).Except(places).ToList();
        var (scores, features) = (scored.GetColumn<float[]>("Score").ToList(), scored.GetColumn<float[]>("Features").ToList());
        var labels = scored.GetColumn<uint>("PredictedLabel").ToList();
        var before = (expected.GetColumn<float[]>("Score").ToList(), expected.GetColumn<uint>("PredictedLabel").ToList());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scored.GetColumn<string>("ImagePath"), Is.EqualTo(rows.Select(row => row.Path)));
            Assert.That(places.SelectMany(place => scores[place].Concat(features[place])), Is.All.NaN);
            Assert.That(places.Select(place => labels[place]), Is.All.Zero);
            Assert.That(features, Has.All.Length.EqualTo(features[places[0]].Length));
            Assert.That(kept.Select(place => labels[place]), Is.EqualTo(kept.Select(place => before.Item2[place])));
            Assert.That(
                kept.SelectMany(place => scores[place]),
                Is.EqualTo(kept.SelectMany(place => before.Item1[place])).Within(1e-5f),
                "kernels may round otherwise for another number of images"
            );
        }
    }

    private ImbalanceMetrics Evaluate(IDataView scored) => ml.MulticlassClassification.EvaluateImbalance(scored);

    private static (string Path, string Label) Good(int number) =>
        (
            TinyModel.Shared.Paths[number],
            number < 20 ? "cat"
            : number < 30 ? "dog"
            : "owl"
        );

    private IDataView Rows(IEnumerable<(string Path, string Label)> rows) =>
        ml.Data.LoadFromEnumerable(rows.Select(row => new LabelledImageFile { ImagePath = row.Path, Label = row.Label }).ToList());

    private static IEnumerable<ITransformer> Parts(ITransformer transformer) =>
        transformer is IEnumerable<ITransformer> chain ? chain.SelectMany(Parts) : [transformer];

    private sealed class Prediction
    {
        public string Predicted { get; set; } = "none";

        public uint PredictedLabel { get; set; } = 99;

        public float[] Score { get; set; } = [];
    }
}

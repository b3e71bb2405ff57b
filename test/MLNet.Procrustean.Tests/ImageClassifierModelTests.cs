using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>Engines are left undisposed where they score with the shared model, because they would dispose it.</summary>
public sealed class ImageClassifierModelTests
{
    private readonly MLContext ml = new(seed: 1);
    private TinyModel tiny = null!;

    [OneTimeSetUp]
    public void UseTheSharedModel() => tiny = TinyModel.Shared;

    [Test]
    public void Predict_SixteenEnginesAtOnce_ScoreAsOneDoes()
    {
        var single = ml.Model.CreatePredictionEngine<ByPath, Score>(tiny.Classifier);
        var expected = tiny.Paths.Select(path => single.Predict(new() { ImagePath = path }).Values).ToArray();
        var results = new float[16][][];

        var threads = Enumerable
            .Range(0, results.Length)
            .Select(i => new Thread(() =>
            {
                var engine = new MLContext().Model.CreatePredictionEngine<ByPath, Score>(tiny.Classifier);
                results[i] = [.. tiny.Paths.Select(path => engine.Predict(new() { ImagePath = path }).Values)];
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.That(results, Is.All.EqualTo(expected));
    }

    [Test]
    public void Predict_FromBytes_ScoresAsFromTheFile()
    {
        using var model = TinyModel
            .Trainer(ml, TinyModel.Options with { ImageColumnName = "Bytes" })
            .Fit(ml.Transforms.LoadRawImageBytes("Bytes", "", "ImagePath").Fit(tiny.Keyed).Transform(tiny.Keyed));

        using var engine = ml.Model.CreatePredictionEngine<ByBytes, Score>(model);

        Assert.That(engine.Predict(new() { Bytes = File.ReadAllBytes(tiny.Paths[25]) }).Values, Is.EqualTo(Predict(tiny.Paths[25])));
    }

    [Test]
    public void Predict_FromAnImage_ScoresAsFromTheFile()
    {
        using var model = TinyModel
            .Trainer(ml, TinyModel.Options with { ImageColumnName = "Image" })
            .Fit(ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(tiny.Keyed).Transform(tiny.Keyed));
        using var engine = ml.Model.CreatePredictionEngine<ByImage, Score>(model);
        using var image = MLImage.CreateFromFile(tiny.Paths[25]);

        Assert.That(engine.Predict(new() { Image = image }).Values, Is.EqualTo(Predict(tiny.Paths[25])));
        Assert.That(image.Width, Is.EqualTo(16), "the image is still its owner's");
    }

    [Test]
    public void ScoringPrecision_BFloat16_ChangesScoresALittleUntilItIsSetBack()
    {
        var single = Predict(tiny.Paths[3]);
        tiny.Classifier.ScoringPrecision = Precision.Bf16;
        var half = Predict(tiny.Paths[3]);
        tiny.Classifier.ScoringPrecision = Precision.Fp32;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(half, Is.Not.EqualTo(single));
            Assert.That(half, Is.EqualTo(single).Within(0.05));
            Assert.That(Predict(tiny.Paths[3]), Is.EqualTo(single));
            Assert.That(
                () => tiny.Classifier.ScoringPrecision = (Precision)9,
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ScoringPrecision is 9")
            );
        }
    }

    [Test]
    public void GetOutputSchema_Annotations_NameTheClasses()
    {
        var schema = tiny.Classifier.GetOutputSchema(tiny.Images.Schema);

        VBuffer<ReadOnlyMemory<char>> slots = default,
            training = default,
            keys = default;
        VBuffer<long> counts = default;
        schema["Score"].Annotations.GetValue("SlotNames", ref slots);
        schema["Score"].Annotations.GetValue("TrainingLabelValues", ref training);
        schema["PredictedLabel"].Annotations.GetValue("KeyValues", ref keys);
        schema["Score"].Annotations.GetValue("TrainingCounts", ref counts);
        string[] names = ["cat", "dog", "owl"];
        Assert.That(
            new[] { slots, training, keys }.Select(texts => texts.DenseValues().Select(text => text.ToString())),
            Is.All.EqualTo(names)
        );
        Assert.That(counts.DenseValues(), Is.EqualTo(tiny.Classifier.TrainingCounts));
    }

    [Test]
    public void Transform_ManyRows_LeavesNoTensors()
    {
        var rows = ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 2000).Select(row => new ByPath { ImagePath = tiny.Paths[row % tiny.Paths.Length] })
        );
        var scored = tiny.Classifier.Transform(rows);
        var left = NativeMemory.TensorsLeftBy(() =>
        {
            Assert.That(TinyModel.Scores(scored), Has.Length.EqualTo(2000));
            var engine = ml.Model.CreatePredictionEngine<ByPath, Score>(tiny.Classifier);
            for (var i = 0; i < 100; i++)
            {
                engine.Predict(new() { ImagePath = tiny.Paths[0] });
            }
        });

        Assert.That(left, Is.LessThanOrEqualTo(0));
    }

    [Test]
    public void Dispose_Twice_ThenEveryUseSaysSo()
    {
        var model = TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1 }).Fit(tiny.Keyed);
        var scored = model.Transform(tiny.Images);
        var engine = ml.Model.CreatePredictionEngine<ByPath, Score>(model);
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "model");

        model.Dispose();
        Assert.That(model.Dispose, Throws.Nothing);

        Assert.That(() => model.Transform(tiny.Images), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => model.Diagnose(tiny.Images, tiny.Images), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => TinyModel.Scores(scored), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => engine.Predict(new() { ImagePath = tiny.Paths[0] }), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => model.SaveSafeTensors(file), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => model.SaveOnnx(file), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => ml.Model.Save(model, tiny.Images.Schema, file), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(model.ClassNames, Has.Length.EqualTo(3), "what needs no weights stays readable");
    }

    [Test]
    public void Predict_AfterAnEngineDisposedTheModel_NamesTheOptionThatKeepsIt()
    {
        var model = TinyModel.Shared.Classifier.WithFeatureColumn();
        var keeping = new PredictionEngineOptions { OwnsTransformer = false };
        for (var request = 0; request < 2; request++)
        {
            using var engine = ml.Model.CreatePredictionEngine<ByPath, Score>(model, keeping);
            Assert.That(engine.Predict(new() { ImagePath = tiny.Paths[0] }).Values, Has.Length.EqualTo(3));
        }

        ml.Model.CreatePredictionEngine<ByPath, Score>(model).Dispose();

        Assert.That(
            () => ml.Model.CreatePredictionEngine<ByPath, Score>(model).Predict(new() { ImagePath = tiny.Paths[0] }),
            Throws.TypeOf<ObjectDisposedException>().With.Message.Contains("new PredictionEngineOptions { OwnsTransformer = false }")
        );
    }

    private float[] Predict(string path) =>
        ml.Model.CreatePredictionEngine<ByPath, Score>(tiny.Classifier).Predict(new() { ImagePath = path }).Values;

    private sealed class ByPath
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class ByBytes
    {
        public byte[] Bytes { get; set; } = [];
    }

    private sealed class ByImage
    {
        [ImageType(16, 16)]
        public MLImage? Image { get; set; }
    }

    private sealed class Score
    {
        [ColumnName("Score")]
        public float[] Values { get; set; } = [];
    }
}

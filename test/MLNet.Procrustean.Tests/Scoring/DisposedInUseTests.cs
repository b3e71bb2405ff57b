using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>A model that is disposed while other threads use it, in every way that it can be used.</summary>
public sealed class DisposedInUseTests
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny = TinyModel.Shared;
    private readonly TemporaryFolder folder = new();
    private IDataView manyRows = null!;
    private float[][] scores = [];
    private float[][] scoresOfTrainedOn = [];
    private byte[] file = [];
    private double macroAccuracy;
    private double[] norms = [];

    [OneTimeSetUp]
    public void UseAModelInPeace()
    {
        using var model = CopyOfTheModel();
        manyRows = ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 200).Select(row => new LabelledImageFile { ImagePath = tiny.Paths[row % tiny.Paths.Length] }).ToList()
        );
        scores = TinyModel.Scores(model.Transform(manyRows));
        file = File.ReadAllBytes(SavedTo("peace", model));
        macroAccuracy = ml.MulticlassClassification.EvaluateImbalance(model.Transform(tiny.Keyed)).MacroAccuracy;
        norms = [.. Diagnose(model)];
        scoresOfTrainedOn = ScoresAndDispose(TrainedOn(model));
    }

    [OneTimeTearDown]
    public void RemoveTheFolder() => folder.Dispose();

    [Test]
    [Category(FaultsTried.Category)]
    public void Dispose_AtRandomMoments_EveryUseIsRightOrRefused() => DisposeInUse(rounds: 20);

    [Test]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to what a model shares between threads.")]
    public void Dispose_AtRandomMomentsOfManyRounds_EveryUseIsRightOrRefused() => DisposeInUse(rounds: 3_000);

    private void DisposeInUse(int rounds)
    {
        // Each says whether what it got is right.
        Func<ImageClassifierModel, Func<bool>>[] uses =
        [
            model => () => Same(TinyModel.Scores(model.Transform(manyRows)), scores),
            EngineOf,
            model => OneViewReadAgainAndAgain(model.Transform(manyRows)),
            model => () => File.ReadAllBytes(SavedTo($"{Guid.NewGuid()}", model)).AsSpan().SequenceEqual(file),
            model => () => SavedByMlNet(model).AsSpan().SequenceEqual(file),
            model => () => ml.MulticlassClassification.EvaluateImbalance(model.Transform(tiny.Keyed)).MacroAccuracy == macroAccuracy,
            model =>
                () =>
                    ml.MulticlassClassification.Evaluate(model.Transform(tiny.Keyed)).MacroAccuracy - macroAccuracy is < 1e-12 and > -1e-12,
            model => () => Diagnose(model).SequenceEqual(norms),
            model => () => Same(ScoresAndDispose(model.AdjustLogits(tau: 0)), scores),
            model => () => Same(ScoresAndDispose(TrainedOn(model)), scoresOfTrainedOn),
        ];
        var random = new Random(1);
        var right = new int[uses.Length];
        var problems = new List<string>();
        for (var round = 0; round < rounds; round++)
        {
            var model = CopyOfTheModel();
            var engine = ml.Model.CreatePredictionEngine<LabelledImageFile, Score>(model);
            var threads = uses.Select(
                    (use, index) =>
                        new Thread(() =>
                        {
                            try
                            {
                                for (var once = use(model); once(); right[index]++) { }

                                lock (problems)
                                {
                                    problems.Add($"use {index}: wrong");
                                }
                            }
                            catch (ObjectDisposedException)
                            {
                                // refused, as it must be sooner or later
                            }
                            catch (Exception problem)
                            {
                                lock (problems)
                                {
                                    problems.Add($"use {index}: {problem}");
                                }
                            }
                        })
                )
                .ToList();
            threads.ForEach(thread => thread.Start());
            Thread.Sleep(random.Next(60));
            Parallel.Invoke(model.Dispose, model.Dispose, engine.Dispose); // an engine disposes its model
            threads.ForEach(thread => thread.Join());
            Assert.That(problems, Is.Empty);
        }

        TestContext.Out.WriteLine($"right before refused, by use: {string.Join(", ", right)}");
        FaultsTried.Record(
            "Scoring",
            "model disposed by three threads at once while ten others use it in every way",
            rounds * uses.Length,
            "each use ends with a right result or with an ObjectDisposedException"
        );
    }

    private ImageClassifierModel CopyOfTheModel() => tiny.Classifier.AdjustLogits(tau: 0);

    private Func<bool> EngineOf(ImageClassifierModel model)
    {
        var engine = ml.Model.CreatePredictionEngine<LabelledImageFile, Score>(model);
        var expected = ml
            .Model.CreatePredictionEngine<LabelledImageFile, Score>(tiny.Classifier)
            .Predict(new() { ImagePath = tiny.Paths[0] })
            .Values;
        return () => engine.Predict(new() { ImagePath = tiny.Paths[0] }).Values.AsSpan().SequenceEqual(expected);
    }

    // Row by row, so that the model is disposed between batches of one reading as well.
    private Func<bool> OneViewReadAgainAndAgain(IDataView scored) =>
        () =>
        {
            using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
            var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
            var right = true;
            VBuffer<float> values = default;
            for (var row = 0; cursor.MoveNext(); row++)
            {
                getter(ref values);
                right &= values.GetValues().SequenceEqual(scores[row]);
            }

            return right;
        };

    private string SavedTo(string name, ImageClassifierModel model)
    {
        var path = Path.Combine(folder.Path, name);
        model.SaveSafeTensors(path);
        return path;
    }

    private byte[] SavedByMlNet(ImageClassifierModel model)
    {
        using var saved = new MemoryStream();
        ml.Model.Save(model, tiny.Images.Schema, saved);
        using var zip = new ZipArchive(saved);
        using var entry = zip.Entries.Single(entry => entry.Name == ModelFile.EntryName).Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }

    private IEnumerable<double> Diagnose(ImageClassifierModel model)
    {
        var diagnostics = model.Diagnose(tiny.Images, tiny.Images, imagesPerClass: 2, draws: 1);
        return diagnostics.ClassifierNorms.Concat(diagnostics.FeatureDeviation);
    }

    private ImageClassifierModel TrainedOn(ImageClassifierModel model) =>
        TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1, InitialWeights = model }).Fit(tiny.Keyed);

    private float[][] ScoresAndDispose(ImageClassifierModel model)
    {
        using (model)
        {
            return TinyModel.Scores(model.Transform(manyRows));
        }
    }

    private static bool Same(float[][] some, float[][] others) =>
        some.Zip(others).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private sealed class Score
    {
        [ColumnName("Score")]
        public float[] Values { get; set; } = [];
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>A model that scores with mirror images, and one of the same training that does not.</summary>
public sealed class AverageFlipsTests
{
    private const int Images = 70; // more than a batch
    private readonly MLContext ml = new(seed: 1);
    private IDataView images = null!;
    private IDataView mirrored = null!;
    private ImageClassifierModel off = null!;
    private ImageClassifierModel on = null!;

    [OneTimeSetUp]
    public void TrainBoth()
    {
        var drawn = ml.Data.LoadFromEnumerable(DrawnImages.Rows(Images));
        images = ml.Transforms.Conversion.MapValueToKey("Label").Fit(drawn).Transform(drawn);
        mirrored = ml.Data.LoadFromEnumerable(DrawnImages.Mirrored(Images));
        var options = TinyModel.Options with { FeatureColumnName = "Features" };
        off = TinyModel.Trainer(ml, options).Fit(images);
        on = TinyModel.Trainer(ml, options with { AverageFlips = true }).Fit(images);
    }

    [OneTimeTearDown]
    public void DisposeBoth()
    {
        off.Dispose();
        on.Dispose();
    }

    [TestCase("Score")]
    [TestCase("Features")]
    public void Transform_AveragedFlips_AreTheMeansOfTwoScorings(string column)
    {
        var (straight, flipped) = (Values(off, images, column), Values(off, mirrored, column));
        Assert.That(straight[0], Is.Not.EqualTo(flipped[0]).Within(1e-3f), "there would be nothing to average");
        AssertMeans(Values(on, images, column), straight, flipped);
        AssertMeans(Values(on, mirrored, column), straight, flipped);
    }

    [Test]
    public void Predict_OneImage_IsTheMeanOfTwoPredictions()
    {
        // not disposed: that would dispose the models
        var (single, averaging) = (Engine(off), Engine(on));
        foreach (var (row, mirror) in DrawnImages.Rows(5).Zip(DrawnImages.Mirrored(5)))
        {
            var (straight, flipped, both) = (single.Predict(row), single.Predict(mirror), averaging.Predict(row));
            AssertMeans([both.Score, both.Features], [straight.Score, straight.Features], [flipped.Score, flipped.Features]);
        }
    }

    [Test]
    public void Load_SavedModel_StillAverages()
    {
        using var file = new MemoryStream();
        ml.Model.Save(on, images.Schema, file);
        var loaded = ml.Model.Load(file, out _);
        using var disposed = (IDisposable)loaded;
        Assert.That(Values(loaded, images, "Score"), Is.EqualTo(Values(on, images, "Score")));
    }

    [Test]
    public void AdjustLogits_ModelThatAverages_AveragesTheAdjustedProbabilities()
    {
        using var adjusted = off.AdjustLogits(2);
        using var both = on.AdjustLogits(2);
        AssertMeans(Values(both, images, "Score"), Values(adjusted, images, "Score"), Values(adjusted, mirrored, "Score"));
    }

    [Test]
    public void Fit_AveragedFlips_ReportsTheSameEpochs() =>
        Assert.That(on.EpochReports.Select(report => report.Loss), Is.EqualTo(off.EpochReports.Select(report => report.Loss)));

    private static float[][] Values(ITransformer model, IDataView data, string column) =>
        [.. model.Transform(data).GetColumn<float[]>(column)];

    private PredictionEngine<DrawnImages.Row, Prediction> Engine(ImageClassifierModel model) =>
        ml.Model.CreatePredictionEngine<DrawnImages.Row, Prediction>(model);

    private static void AssertMeans(float[][] actual, float[][] one, float[][] other)
    {
        Assert.That(actual, Has.Length.EqualTo(one.Length));
        for (var row = 0; row < actual.Length; row++)
        {
            for (var i = 0; i < one[row].Length; i++)
            {
                Assert.That(actual[row][i], Is.EqualTo((one[row][i] + (double)other[row][i]) / 2).Within(1e-5), $"row {row}, {i}");
            }
        }
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];

        public float[] Features { get; set; } = [];
    }
}

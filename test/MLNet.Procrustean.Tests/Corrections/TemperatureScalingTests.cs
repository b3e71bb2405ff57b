using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Corrections;

public sealed class TemperatureScalingTests
{
    private readonly TinyModel tiny = TinyModel.Shared;

    // softmax(z / T) is p^(1/T), normalised.
    [Test]
    public void ScaleTemperature_Scores_AreThePowersOfScores([Values(0.4, 3)] double temperature)
    {
        using var scaled = tiny.Classifier.ScaleTemperature(temperature);
        Assert.That(
            TinyModel.Scores(scaled.Transform(tiny.Images)).SelectMany(row => row),
            Is.EqualTo(tiny.Scores().SelectMany(row => Powers(row, temperature))).Within(1e-5)
        );
    }

    [Test]
    public void ScaleTemperature_MeanOverFlips_IsScaledAsAWhole()
    {
        var ml = new MLContext(seed: 1);
        using var both = TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1, AverageFlips = true }).Fit(tiny.Keyed);
        using var scaled = both.ScaleTemperature(0.5);
        Assert.That(
            TinyModel.Scores(scaled.Transform(tiny.Images)).SelectMany(row => row),
            Is.EqualTo(TinyModel.Scores(both.Transform(tiny.Images)).SelectMany(row => Powers(row, 0.5))).Within(1e-5)
        );
    }

    // Every image is recognised, so that the lower the temperature, the better.
    [Test]
    public void ScaleTemperature_FittedOnAScaledModel_StaysInRange()
    {
        using var scaled = tiny.Classifier.ScaleTemperature(0.5);
        var fitted = scaled.FitTemperature(AsPredicted());
        using var twice = scaled.ScaleTemperature(fitted);
        Assert.That(0.5 * fitted, Is.EqualTo(0.01).Within(1e-5));
    }

    [Test]
    public void ScaleTemperature_Refused_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() =>
                Assert.That(() => tiny.Classifier.ScaleTemperature(1000), Throws.InstanceOf<ArgumentOutOfRangeException>())
            ),
            Is.Zero
        );

    [Test]
    public void ScaleTemperature_Twice_MultipliesThem()
    {
        using var first = tiny.Classifier.ScaleTemperature(4);
        using var second = first.ScaleTemperature(0.25);
        Assert.That(TinyModel.Scores(second.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()), "to the bit");
        using var hot = first.ScaleTemperature(25);
        Assert.That(
            () => hot.ScaleTemperature(1.1),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0.01 to 100")
        );
    }

    [TestCase(0.001)]
    [TestCase(101)]
    [TestCase(double.NaN)]
    public void ScaleTemperature_OutOfRange_SaysWhatIsAllowed(double temperature) =>
        Assert.That(
            () => tiny.Classifier.ScaleTemperature(temperature),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0.01 to 100")
        );

    [Test]
    public void ScaleTemperature_SavedAndLoaded_ScoresTheSame()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.zip");
        var ml = new MLContext(seed: 1);
        using var scaled = tiny.Classifier.ScaleTemperature(1.7);
        ml.Model.SaveAtomically(scaled, tiny.Images.Schema, path);

        var loaded = ml.Model.Load(path, out _);

        Assert.That(TinyModel.Scores(loaded.Transform(tiny.Images)), Is.EqualTo(TinyModel.Scores(scaled.Transform(tiny.Images))));
        (loaded as IDisposable)?.Dispose();
    }

    [Test]
    public void ScaleTemperature_ThenDispose_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() => tiny.Classifier.ScaleTemperature(2).Dispose()),
            Is.EqualTo(NativeMemory.CountedTwice(TinyModel.Options.Backbone))
        );

    [Test]
    public void FitTemperature_HeldOutImages_IsTheBestOfAFineGrid()
    {
        var wrong = Relabelled();

        var fitted = tiny.Classifier.FitTemperature(wrong);

        var labels = wrong.GetColumn<string>("Label").Select(name => tiny.Classifier.ClassNames.IndexOf(name)).ToArray();
        var scores = tiny.Scores();
        var best = Enumerable
            .Range(0, 2000)
            .Select(step => Math.Exp(Math.Log(0.01) + (step * Math.Log(10_000) / 2000)))
            .MinBy(temperature => scores.Zip(labels, (row, y) => -Math.Log(Powers(row, temperature).ElementAt(y))).Sum());
        Assert.That(Math.Log(fitted), Is.EqualTo(Math.Log(best)).Within(0.006));
        using var scaled = tiny.Classifier.ScaleTemperature(fitted);
        Assert.That(scaled.FitTemperature(wrong), Is.EqualTo(1).Within(1e-3));
    }

    [Test]
    public void FitTemperature_WrongData_IsRefused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => tiny.Classifier.FitTemperature(tiny.Images, "Class"),
                Throws.ArgumentException.With.Message.Contains("Class")
            );
            Assert.That(
                () => tiny.Classifier.FitTemperature(tiny.Context.Data.SkipRows(tiny.Images, 36)),
                Throws.ArgumentException.With.Message.Contains("There is no row")
            );
        }
    }

    private IDataView AsPredicted() =>
        tiny.Context.Data.LoadFromEnumerable(
            tiny.Paths.Zip(tiny.Scores(), (path, row) =>
                new LabelledImageFile { ImagePath = path, Label = tiny.Classifier.ClassNames[Array.IndexOf(row, row.Max())] }
            )
        );

    // Every third image has the label of another class, as images have that a model takes for it.
    private IDataView Relabelled()
    {
        var names = tiny.Classifier.ClassNames;
        var rows = tiny.Context.Data.CreateEnumerable<LabelledImageFile>(tiny.Images, reuseRowObject: false);
        return tiny.Context.Data.LoadFromEnumerable(
            rows.Select(
                (row, i) =>
                    i % 3 == 0 ? new() { ImagePath = row.ImagePath, Label = names[(names.IndexOf(row.Label) + 1) % names.Length] } : row
            )
        );
    }

    private static IEnumerable<double> Powers(float[] row, double temperature)
    {
        var powers = row.Select(score => Math.Pow(score, 1 / temperature)).ToArray();
        return powers.Select(power => power / powers.Sum());
    }
}

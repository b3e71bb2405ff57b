using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;

namespace MLNet.Procrustean.Tests.Training;

public sealed class NearChanceTests
{
    // 1/C + (1 - 1/C)/4 = 1/2 + 1/8 and 1/4 + 3/16; 1/9 + 2/9 = 1/√9; 1/√16 and 1/√100
    [TestCase(2, 0.625)]
    [TestCase(4, 0.4375)]
    [TestCase(9, 1.0 / 3)]
    [TestCase(16, 0.25)]
    [TestCase(100, 0.1)]
    public void Bound_NumberOfClasses_IsAQuarterOfTheWayOrTheGeometricMean(int classes, double expected) =>
        Assert.That(NearChance.Bound(classes), Is.EqualTo(expected).Within(1e-12));

    [TestCase(0.43, true)]
    [TestCase(0.44, false)]
    public void Tell_LastEpochBelowOrAboveTheBound_WarnsBelow(double accuracy, bool warns)
    {
        var told = Told([Report(1, 1, 0.9, 0.9, 0.9, 0.9) with { Epochs = 2 }, Report(2, 2, accuracy, accuracy, accuracy, accuracy)]);
        Assert.That(told, Has.Count.EqualTo(warns ? 1 : 0));
    }

    [Test]
    public void Tell_NearChance_SaysWhatWasFoundAndWhatToChange()
    {
        var report = Report(5, 5, 0.5, 0.25, 0.25, 0);
        var said = Told([report]).Single();
        var ofPretrained = Told([report], new() { InitialWeights = TinyModel.Shared.Classifier }).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(said, Does.Contain("near chance").And.Contain("of the 4 classes is 0.25, and guessing gives 0.25"));
            Assert.That(said, Does.Contain("Epochs").And.Contain("Backbone").And.EndWith("pretrained weights (InitialWeights)."));
            Assert.That(ofPretrained, Does.EndWith("such as ResNet."));
        }
    }

    [Test]
    public void Tell_ClassesThatWereNotDrawn_DoNotCount() => Assert.That(Told([Report(5, 5, 0.6, double.NaN, 0.6, double.NaN)]), Is.Empty);

    [Test]
    public void Tell_CutShortOrDivergedAtOnceOrFewImagesSeen_SaysNothing()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Told([Report(4, 5, 0, 0, 0, 0)]), Is.Empty, "cut short");
            Assert.That(Told([]), Is.Empty, "diverged");
            Assert.That(Told([Report(2, 2, 0, 0, 0, 0)], images: 499), Is.Empty, "998 images seen");
            Assert.That(Told([Report(2, 2, 0, 0, 0, 0)], images: 500), Has.Count.EqualTo(1), "1,000 images seen");
        }
    }

    [TestCase(1e-9, 1)]
    [TestCase(0.05, 0)]
    public void Fit_LearningRate_WarnsOnceWhereNothingIsLearned(double learningRate, int expected)
    {
        var ml = new MLContext(seed: 1);
        var warnings = new List<string>();
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(line.RawMessage);
            }
        };
        var options = TinyModel.Options with { Epochs = 30, LearningRate = learningRate, Strategy = new PlainTraining() };
        TinyModel.Trainer(ml, options).Fit(TinyModel.Shared.Keyed).Dispose();
        Assert.That(warnings.Count(warning => warning.Contains("near chance", StringComparison.Ordinal)), Is.EqualTo(expected));
    }

    private static List<string> Told(EpochReport[] reports, ImageClassifierOptions? options = null, long images = 1_000)
    {
        var told = new List<string>();
        var classes = ToyImages.Counts(images - 3, 1, 1, 1);
        NearChance.Tell(reports, classes, options ?? new(), told.Add);
        return told;
    }

    private static EpochReport Report(int epoch, int epochs, params double[] accuracy) =>
        new()
        {
            Epoch = epoch,
            Epochs = epochs,
            Loss = 1,
            LearningRate = 0.1,
            ImagesPerSecond = 1,
            Classes = [.. accuracy.Select((_, label) => $"class{label}")],
            TrainingAccuracy = [.. accuracy],
            Elapsed = TimeSpan.FromSeconds(1),
        };
}

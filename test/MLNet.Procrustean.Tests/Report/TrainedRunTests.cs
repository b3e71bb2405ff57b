using System.Globalization;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Report;

public sealed class TrainedRunTests
{
    [Test]
    public void Of_TrainedModel_TakesItsEpochsAndTheOptions()
    {
        var model = TinyModel.Shared.Classifier;
        var metrics = MadeUpRuns.Step.Run("made up", 0, 1).Metrics;

        var run = TrainedRun.Of(
            "MFW",
            model,
            metrics,
            new()
            {
                Strategy = new PlainTraining(),
                Epochs = 7,
                LearningRate = 0.05,
                Seed = 3,
            }
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Name, Is.EqualTo("MFW"));
            Assert.That(run.Seed, Is.EqualTo(3));
            Assert.That(run.Metrics, Is.SameAs(metrics));
            Assert.That(run.Epochs, Is.EqualTo(model.EpochReports));
            Assert.That(run.TrainingTime, Is.EqualTo(model.EpochReports[^1].Elapsed));
            Assert.That(
                run.Settings,
                Does.Contain(new RunSetting("Epochs", "7")).And.Contain(new RunSetting("Strategy", $"{new PlainTraining()}"))
            );
        }
    }

    [Test]
    public void Of_FewTrainingImages_ShowsTheDefaultsForFew()
    {
        var options = new ImageClassifierOptions
        {
            Backbone = new CifarResNet { Depth = 8, Width = 4 },
            ImageSize = ImageFolders.Side,
            Epochs = 1,
        };
        using var model = TinyModel.Trainer(new(seed: 1), options).Fit(TinyModel.Shared.Keyed);
        var run = TrainedRun.Of("few", model, MadeUpRuns.Step.Run("made up", 0, 1).Metrics, options);
        Assert.That(run.Settings, Does.Contain(new RunSetting("Batch size", "16")).And.Contain(new RunSetting("Learning rate", "0.0125")));
    }

    [Test]
    public void Of_OptionsInAnotherCulture_AreWrittenAlike()
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new("de-DE") { NumberFormat = new() { NumberDecimalSeparator = "," } };
        try
        {
            Assert.That(RunSetting.Of(new() { LearningRate = 0.05 }), Does.Contain(new RunSetting("Learning rate", "0.05")));
            Assert.That(CultureInfo.CurrentCulture.Name, Is.EqualTo("de-DE"));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}

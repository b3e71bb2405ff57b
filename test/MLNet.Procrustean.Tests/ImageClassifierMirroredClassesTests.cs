using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>Classes that are each other's mirror image, from the images to the metrics.</summary>
public sealed class ImageClassifierMirroredClassesTests
{
    private readonly MLContext ml = new(seed: 1);

    [Test]
    public void Fit_ArrowsToTheLeftAndToTheRight_AreToldApartUnlessFlipsAreAskedFor()
    {
        var warnings = new List<string>();
        ml.Log += (_, line) => warnings.Add(line.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? line.RawMessage : "");
        var byDefault = MacroAccuracy(new() { CropPadding = 2 });
        var mirrored = MacroAccuracy(new() { CropPadding = 2, HorizontalFlip = true });
        TestContext.Out.WriteLine($"by default {byDefault:0.000}, mirrored {mirrored:0.000}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(byDefault, Is.GreaterThan(0.95));
            Assert.That(mirrored, Is.LessThan(0.85), "two of the four classes cannot be told apart");
            Assert.That(warnings, Has.Exactly(2).StartsWith("The classes 'left' and 'right' look like each other's mirror image."));
        }
    }

    [Test]
    public void Fit_FlipsAreAskedForAfterwards_IsAnotherTrainingThanTheFinishedOne()
    {
        using var folder = new TemporaryFolder();
        var rows = DrawnArrows.Rows(ml, seed: 7, 80, 80);
        var reports = new List<EpochReport>();
        var options = OptionsWith(new() { CropPadding = 2 }) with
        {
            Epochs = 1,
            CheckpointPath = folder.Path,
            Progress = new CalledProgress<EpochReport>(reports.Add),
        };
        TinyModel.Trainer(ml, options).Fit(rows).Dispose();
        TinyModel.Trainer(ml, options).Fit(rows).Dispose();
        Assert.That(reports, Has.Count.EqualTo(1), "the second is taken from the finished checkpoint");
        TinyModel
            .Trainer(
                ml,
                options with
                {
                    Augmentation = new() { CropPadding = 2, HorizontalFlip = true },
                }
            )
            .Fit(rows)
            .Dispose();
        Assert.That(reports, Has.Count.EqualTo(2), "these are mirrored, and those were not");
    }

    [Test]
    public void Settings_OfATrainingThatFoundMirroredClasses_SayThatImagesWereNotMirrored()
    {
        var rows = DrawnArrows.Rows(ml, seed: 7, 80, 80);
        var options = OptionsWith(new() { CropPadding = 2 }) with { Epochs = 1 };
        using var model = TinyModel.Trainer(ml, options).Fit(rows);
        using var copy = model.WithFeatureColumn();
        var metrics = ml.MulticlassClassification.EvaluateImbalance(model.Transform(rows));
        var augmentation = new RunSetting("Augmentation", "Augmentation { CropPadding = 2, HorizontalFlip = False }");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TrainedRun.Of("arrows", model, metrics, options).Settings, Does.Contain(augmentation));
            Assert.That(TrainedRun.Of("arrows", copy, metrics, options).Settings, Does.Contain(augmentation));
        }
    }

    private double MacroAccuracy(Augmentation augmentation)
    {
        using var model = TinyModel.Trainer(ml, OptionsWith(augmentation)).Fit(DrawnArrows.Rows(ml, seed: 7, 80, 80, 80, 80));
        return ml.MulticlassClassification.EvaluateImbalance(model.Transform(DrawnArrows.Rows(ml, seed: 8, 50, 50, 50, 50))).MacroAccuracy;
    }

    private static ImageClassifierOptions OptionsWith(Augmentation augmentation) =>
        new()
        {
            ImageColumnName = "Image",
            Backbone = new CifarResNet { Depth = 8, Width = 8 },
            ImageSize = DrawnArrows.Size,
            Strategy = new PlainTraining(),
            Augmentation = augmentation,
            Epochs = 12,
            BatchSize = 16,
            Seed = 1,
        };
}

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

    private double MacroAccuracy(Augmentation augmentation)
    {
        var options = new ImageClassifierOptions
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
        using var model = TinyModel.Trainer(ml, options).Fit(DrawnArrows.Rows(ml, seed: 7, 80, 80, 80, 80));
        return ml.MulticlassClassification.EvaluateImbalance(model.Transform(DrawnArrows.Rows(ml, seed: 8, 50, 50, 50, 50))).MacroAccuracy;
    }
}

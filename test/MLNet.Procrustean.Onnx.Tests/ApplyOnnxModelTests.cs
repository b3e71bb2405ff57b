using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Onnx.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests;

/// <summary>ML.NET's own transform for ONNX takes an exported model too, one image at a time and with pixels that ML.NET decodes.</summary>
public sealed class ApplyOnnxModelTests
{
    private SavedTinyModel saved = null!;

    [OneTimeSetUp]
    public void ExportTheSharedModel() => saved = new();

    [OneTimeTearDown]
    public void RemoveIt() => saved.Dispose();

    [Test]
    public void ApplyOnnxModel_WithPixelsOfMlNet_GivesTheProbabilities()
    {
        Telemetry.TurnOff();
        var ml = new MLContext(seed: 1);
        const int Side = 16; // that of the images, so that no resampler is at work
        var pipeline = ml
            .Transforms.LoadImages("Image", imageFolder: "", "ImagePath")
            .Append(ml.Transforms.ResizeImages("Image", Side, Side))
            .Append(ml.Transforms.ExtractPixels("pixels", "Image", interleavePixelColors: true, outputAsFloatArray: false))
            .Append(
                ml.Transforms.ApplyOnnxModel(
                    new OnnxOptions
                    {
                        ModelFile = saved.Onnx,
                        InputColumns = ["pixels"],
                        OutputColumns = ["probabilities"],
                        ShapeDictionary = new Dictionary<string, int[]> { ["pixels"] = [1, Side, Side, 3] },
                    }
                )
            );

        var scored = pipeline.Fit(SavedTinyModel.Model.Images).Transform(SavedTinyModel.Model.Images);

        saved.AssertEqual([.. scored.GetColumn<float[]>("probabilities")]);
    }
}

using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>ML.NET's export would write a file without the network.</summary>
public sealed class ConvertToOnnxTests
{
    private static readonly TinyModel Tiny = TinyModel.Shared;
    private readonly MLContext ml = new(seed: 1);

    private static IEnumerable<TestCaseData> Pipelines()
    {
        var conversion = Tiny.Context.Transforms.Conversion;
        yield return new TestCaseData(Tiny.Classifier).SetArgDisplayNames("the classifier");
        var keys = Tiny.Keys.Append(Tiny.Classifier);
        yield return new TestCaseData(keys).SetArgDisplayNames("keys before it");
        var values = conversion.MapKeyToValue("PredictedLabel").Fit(keys.Transform(Tiny.Images));
        yield return new TestCaseData(keys.Append(values)).SetArgDisplayNames("keys before it and values after it");
    }

    [TestCaseSource(nameof(Pipelines))]
    public void ConvertToOnnx_PipelineWithTheClassifier_IsRefused(ITransformer model)
    {
        using var stream = new MemoryStream();
        Assert.That(
            () => ml.Model.ConvertToOnnx(model, Tiny.Images, stream),
            Throws
                .TypeOf<NotSupportedException>()
                .With.Message.Contains("cannot be exported to ONNX as a whole")
                .And.Message.Contains("SaveOnnx(path)")
        );
        Assert.That(stream.Length, Is.Zero);
    }

    [Test]
    public void ConvertToOnnx_StepsThatOnnxHas_AreWritten()
    {
        var rows = ml.Data.LoadFromEnumerable<NumberRow>([new() { Number = 1 }, new() { Number = 3 }]);
        using var stream = new MemoryStream();
        ml.Model.ConvertToOnnx(ml.Transforms.NormalizeMinMax("Number").Fit(rows), rows, stream);
        Assert.That(stream.Length, Is.Positive);
    }

    private sealed class NumberRow
    {
        public float Number { get; set; }
    }
}

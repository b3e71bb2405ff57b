using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MLNet.Procrustean.Networks.Export;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.PublishedFiles;
using Onnx;

namespace MLNet.Procrustean.Tests.Networks.Export;

/// <summary>Layers by themselves, where whole networks do not reach their limits.</summary>
public sealed class ExportedLayersTests
{
    [Test]
    public void Cosines_FeaturesOfZeros_GiveTheBias()
    {
        var logits = Computed(
            [Singles("fc.weight", [2, 2], 3, 4, 0, 0), Singles("fc.bias", [2], 0.5f, -1)],
            (layers, x) => layers.Cosines(new(x, 2), "fc", 2).Name,
            [0, 0],
            [1, 2],
            [1, 2]
        );
        Assert.That(logits, Is.EqualTo(new[] { 0.5f, -1 }));
    }

    [Test]
    public void Cosines_RowOfZeros_GivesTheBias()
    {
        var logits = Computed(
            [Singles("fc.weight", [2, 2], 3, 4, 0, 0), Singles("fc.bias", [2], 0.5f, -1)],
            (layers, x) => layers.Cosines(new(x, 2), "fc", 2).Name,
            [6, 8],
            [1, 2],
            [1, 2]
        );
        Assert.That(logits, Is.EqualTo(new[] { 30.5f, -1 }).Within(1e-5f));
    }

    [TestCase(1, new float[] { 1 })]
    [TestCase(2, new float[] { 2.5f })]
    [TestCase(3, new float[] { 3, 4.5f, 7.5f, 9 })]
    public void MeanOfFour_AnySize_IsOfThePixelsThatThereAre(int size, float[] expected)
    {
        var means = Computed(
            [],
            (layers, x) => layers.MeanOfFour(new(x, 1, size)).Name,
            [.. Enumerable.Range(1, size * size).Select(i => (float)i)],
            [1, 1, size, size],
            [1, 1, (size + 1) / 2, (size + 1) / 2]
        );
        Assert.That(means, Is.EqualTo(expected));
    }

    private static NamedArray Singles(string name, long[] shape, params float[] values) =>
        new(name, "F32", shape, RandomWeights.Bytes(values));

    private static float[] Computed(
        NamedArray[] weights,
        Func<ExportedLayers, string, string> add,
        float[] input,
        long[] inputShape,
        long[] outputShape
    )
    {
        var graph = new OnnxGraphBuilder { Graph = { Name = "layer" } };
        var x = graph.Input("x", TensorProto.Types.DataType.Float, "", inputShape);
        graph.Output("y", add(new(graph, new(weights, "a layer")), x), "", outputShape);
        var model = new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Version = 17 } },
            Graph = graph.Graph,
        };
        using var session = QuietOnnxRuntime.Session(model.ToByteArray());
        using var value = OrtValue.CreateTensorValueFromMemory(input, inputShape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["x"], [value], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}

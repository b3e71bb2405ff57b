using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MLNet.Procrustean.Onnx.Exports;
using MLNet.Procrustean.Onnx.Quantization;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Onnx.Tests.Support;
using MLNet.Procrustean.Scoring;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace MLNet.Procrustean.Onnx.Tests.Quantization;

/// <summary>Every network as a file in bytes: weights are random, since only what a graph holds and that it runs is looked at.</summary>
public sealed class ByteGraphTests
{
    private static IEnumerable<TestCaseData> Networks()
    {
        yield return Of("cifar-resnet-8-w4", 16);
        yield return Of("cifar-resnet-14-w4", 17, ClassifierHead.Cosine, averageFlips: true);
        yield return Of("resnet-18-1-1-1-1", 32, ClassifierHead.Cosine, channels: 1);
        yield return Of("resnet-50-1-1-1-1", 32);
        yield return Of("resnet-50d-1-1-1-1", 37, averageFlips: true);
        yield return Of("lenet-20", 20);
        yield return Of("mobilenet-v3-small", 32);
        yield return Of("mobilenet-v3-small", 33, ClassifierHead.Cosine, channels: 1);

        static TestCaseData Of(
            string backbone,
            int size,
            ClassifierHead head = ClassifierHead.Linear,
            int channels = 3,
            bool averageFlips = false
        ) => new TestCaseData(new RandomModel(backbone, size, channels, head, averageFlips)).SetArgDisplayNames($"{backbone}, {head}");
    }

    [TestCaseSource(nameof(Networks))]
    public void Of_ANetwork_IsLoadedAndScoresLikeIt(RandomModel network)
    {
        var single = network.Export();

        var small = StaticQuantization.Of(single, [network.Images(4)], network.Shape);

        OnnxExport.Sign(small);
        ExportedFile.Read(small.ToByteArray()); // refuses operations that no export has
        var (expected, found) = (network.Scores(single), network.Scores(small));
        Assert.That(found.SelectMany(row => row), Is.EqualTo(expected.SelectMany(row => row)).Within(0.1f));
        Assert.That(found, Is.Not.EqualTo(expected));
        var convolutions = small.Graph.Node.Where(node => node.OpType == "Conv").ToList();
        Assert.That(convolutions, Has.Count.EqualTo(single.Graph.Node.Count(node => node.OpType == "Conv")));
        Assert.That(convolutions.Select(node => TypeBehind(small.Graph, node.Input[1])), Is.All.EqualTo(DataType.Int8));
        var head = small.Graph.Node.Last(node => node.OpType == "Gemm");
        Assert.That(TypeOf(small.Graph, head.Input[1]), Is.EqualTo(DataType.Float));
    }

    [Test]
    public void Of_AResNet_IsAQuarterAsLarge()
    {
        var network = new RandomModel("resnet-18", 32, 3, ClassifierHead.Linear, AverageFlips: false);
        var single = network.Export();

        var small = StaticQuantization.Of(single, [network.Images(2)], network.Shape);

        Assert.That(small.CalculateSize(), Is.EqualTo(single.CalculateSize() / 4).Within(2).Percent);
        Assert.That(HalfPrecision.Of(single).CalculateSize(), Is.EqualTo(single.CalculateSize() / 2).Within(1).Percent);
    }

    [Test]
    public void Of_AResNet_LeavesNoConvolutionInSinglePrecision()
    {
        var network = new RandomModel("cifar-resnet-8-w4", 16, 3, ClassifierHead.Linear, AverageFlips: false);
        var file = StaticQuantization.Of(network.Export(), [network.Images(4)], network.Shape).ToByteArray();
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid()}.onnx");
        using var settings = RuntimeThreads.Settings();
        settings.OptimizedModelFilePath = path;

        Telemetry.TurnOff();
        new InferenceSession(file, settings).Dispose();

        var operations = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Node.CountBy(node => node.OpType).ToDictionary();
        File.Delete(path);
        Assert.That(operations, Does.Not.ContainKey("Conv").And.Not.ContainKey("Add"));
        Assert.That((operations["QLinearConv"], operations["QLinearAdd"]), Is.EqualTo((7, 3)));
        Assert.That(operations["DequantizeLinear"], Is.EqualTo(1), "of the features");
        Assert.That(operations, Does.Not.ContainKey("QuantizeLinear").And.Not.ContainKey("Cast"), "pixels are bytes");
    }

    // Through the operation that makes single precision of it.
    private static DataType TypeBehind(GraphProto graph, string tensor) =>
        TypeOf(graph, graph.Node.Single(node => node.Output[0] == tensor).Input[0]);

    private static DataType TypeOf(GraphProto graph, string weight) =>
        (DataType)graph.Initializer.Single(one => one.Name == weight).DataType;
}

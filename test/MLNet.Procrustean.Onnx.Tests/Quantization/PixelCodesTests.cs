using MLNet.Procrustean.Onnx.Quantization;
using MLNet.Procrustean.Onnx.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests.Quantization;

public sealed class PixelCodesTests
{
    // Images of 17 pixels end with a padded window, and paddings are where a bias would not do.
    [TestCase("cifar-resnet-8-w4", 17, 3, false)]
    [TestCase("cifar-resnet-8-w4", 16, 1, true)]
    [TestCase("resnet-18-1-1-1-1", 32, 3, false)]
    public void Of_AModel_ComputesTheSame(string backbone, int size, int channels, bool averageFlips)
    {
        var network = new RandomModel(backbone, size, channels, ClassifierHead.Linear, averageFlips);
        var single = network.Export();
        var before = network.Scores(single);

        var found = PixelCodes.Of(single);

        Assert.That(network.Scores(found).SelectMany(row => row), Is.EqualTo(before.SelectMany(row => row)).Within(2e-6f));
        Assert.That(network.Scores(single), Is.EqualTo(before), "the model is not changed");
        Assert.That(found.Graph.Node.Select(node => node.OpType), Has.None.EqualTo("Cast").And.None.EqualTo("Sub").And.None.EqualTo("Mul"));
    }

    [Test]
    public void Of_AModel_AddsNoWeightLargerThanTheOthersOfItsOutput()
    {
        var graph = PixelCodes.Of(new RandomModel("resnet-18-1-1-1-1", 32, 3, ClassifierHead.Linear, AverageFlips: false).Export()).Graph;

        var weight = graph.Initializer.Single(one => one.Name == graph.Node.First(node => node.OpType == "Conv").Input[1]);
        Assert.That(weight.Dims, Is.EqualTo(new[] { 64, 4, 7, 7 }));
        var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray();
        foreach (var output in numbers.Chunk(4 * 49))
        {
            var (of3, further) = (output[..(3 * 49)], output[(3 * 49)..]);
            Assert.That(further.Max(Math.Abs), Is.LessThanOrEqualTo(of3.Max(Math.Abs)));
        }
    }
}

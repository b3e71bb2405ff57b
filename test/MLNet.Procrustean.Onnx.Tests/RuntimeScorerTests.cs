using Google.Protobuf;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Onnx.Tests.Support;

namespace MLNet.Procrustean.Onnx.Tests;

public sealed class RuntimeScorerTests
{
    [Test]
    public void Score_MoreImagesThanGoAtOnce_GivesWhatEachGivesAlone()
    {
        const int Count = 60; // 52 of this size go at once
        var network = new RandomModel("cifar-resnet-8-w4", 160, 3, ClassifierHead.Linear, AverageFlips: false);
        using var scorer = RuntimeScorer.Of(network.Export().ToByteArray(), network.Shape);
        var pixels = network.Images(Count).Pixels;
        var together = scorer.Score(pixels, withFeatures: true);
        var alone = pixels.Chunk(network.Shape.Bytes).SelectMany(image => scorer.Score(image, withFeatures: true)).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(together, Has.Length.EqualTo(Count));
            Assert.That(together.SelectMany(one => one.Probabilities), Is.EqualTo(alone.SelectMany(one => one.Probabilities)).Within(1e-5));
            Assert.That(together.SelectMany(one => one.Features), Is.EqualTo(alone.SelectMany(one => one.Features)).Within(1e-4));
            Assert.That(together.Select(one => one.Probabilities[0]).Distinct().Count(), Is.GreaterThan(Count / 2), "images differ");
        }
    }
}

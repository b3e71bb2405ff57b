using Google.Protobuf;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Onnx.Quantization;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Scoring;
using Onnx;

namespace MLNet.Procrustean.Onnx.Tests.Support;

/// <summary>A network that nobody trained.</summary>
public sealed record RandomModel(string Backbone, int Size, int Channels, ClassifierHead Head, bool AverageFlips)
{
    private static readonly string[] Names = ["cat", "dog", "owl"];
    private static readonly float[] Means = [129.6f, 116.3f, 90.5f];
    private static readonly float[] Deviations = [58f, 57.1f, 66f];

    internal ImageShape Shape => new() { Size = Size, Channels = Channels };

    internal ModelProto Export()
    {
        TorchSetUp.Prepare();
        var backbone = Procrustean.Backbone.Parse(Backbone);
        using var network = backbone.Build(Channels, Names.Length, seed: 1, Head);
        network.eval();
        var preprocessing = new Preprocessing(Shape, [.. Means[..Channels]], [.. Deviations[..Channels]]);
        var classifier = new TrainedClassifier(network, backbone, preprocessing, new([.. Names], "text"), [9, 5, 2], AverageFlips);
        var contents = ModelContents.Of(classifier, new("ImagePath", "Score", "PredictedLabel", null));
        return OnnxExport.Of(contents.Texts, contents.Weights);
    }

    internal ImageBatch Images(int count)
    {
        var pixels = new byte[count * Shape.Bytes];
        new Random(count).NextBytes(pixels);
        return new(pixels, new string?[count]);
    }

    internal float[][] Scores(ModelProto model)
    {
        using var scorer = RuntimeScorer.Of(model.ToByteArray(), Shape);
        return [.. scorer.Score(Images(3).Pixels, withFeatures: false).Select(image => image.Probabilities)];
    }
}

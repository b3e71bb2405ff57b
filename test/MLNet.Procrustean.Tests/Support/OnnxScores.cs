using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>An exported model, scored by ONNX Runtime.</summary>
internal sealed class OnnxScores(byte[] model) : IDisposable
{
    public InferenceSession Session { get; } = QuietOnnxRuntime.Session(model);

    /// <summary>Probabilities and features of decoded images, one after the other.</summary>
    public ScoredImage[] Of(byte[] pixels, ImageShape shape)
    {
        var input = new DenseTensor<byte>(pixels, [pixels.Length / shape.Bytes, shape.Size, shape.Size, shape.Channels]);
        using var outputs = Session.Run([NamedOnnxValue.CreateFromTensor("pixels", input)], ["probabilities", "features"]);
        return [.. Rows(outputs[0]).Zip(Rows(outputs[1]), (probabilities, features) => new ScoredImage(probabilities, features))];
    }

    public void Dispose() => Session.Dispose();

    private static IEnumerable<float[]> Rows(NamedOnnxValue output)
    {
        var tensor = output.AsTensor<float>();
        return tensor.ToArray().Chunk(tensor.Dimensions[1]);
    }
}

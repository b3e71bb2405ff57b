using Microsoft.ML.OnnxRuntime;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Onnx.Runtime;

/// <summary>Scores with ONNX Runtime, on the CPU, by a graph that this library wrote.</summary>
internal sealed class RuntimeScorer : Scorer
{
    private static readonly string[] Inputs = [OnnxExport.Pixels];
    private static readonly string[] Scores = [OnnxExport.Probabilities];
    private static readonly string[] ScoresAndFeatures = [OnnxExport.Probabilities, OnnxExport.Features];
    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly ImageShape shape;

    private RuntimeScorer(InferenceSession session, ImageShape shape) => (this.session, this.shape) = (session, shape);

    /// <summary>Of a graph in the bytes of an ONNX file.</summary>
    /// <param name="graph">The graph; it reads nothing outside these bytes.</param>
    /// <param name="shape">Of the images that it takes.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses it.</exception>
    public static RuntimeScorer Of(byte[] graph, ImageShape shape)
    {
        Telemetry.TurnOff();
        using var settings = RuntimeThreads.Settings();
        try
        {
            return new(new(graph, settings), shape);
        }
        catch (OnnxRuntimeException problem)
        {
            throw new InvalidDataException($"ONNX Runtime refuses the graph of the model: {problem.Message}", problem);
        }
    }

    // In the parts that libtorch takes too: what layers make of large images would fill the memory, and stay in the session's.
    public override ScoredImage[] Score(byte[] pixels, bool withFeatures) =>
        [
            .. Inference
                .Parts(pixels.Length / shape.Bytes, shape)
                .SelectMany(part => Score(pixels.AsMemory((part.Start.Value * shape.Bytes)..(part.End.Value * shape.Bytes)), withFeatures)),
        ];

    public override void Dispose()
    {
        session.Dispose();
        options.Dispose();
    }

    private ScoredImage[] Score(Memory<byte> pixels, bool withFeatures)
    {
        var images = pixels.Length / shape.Bytes;
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance,
            pixels,
            [images, shape.Size, shape.Size, shape.Channels]
        );
        using var outputs = session.Run(options, Inputs, [input], withFeatures ? ScoresAndFeatures : Scores);
        return ScoredImage.Rows(
            outputs[0].GetTensorDataAsSpan<float>(),
            withFeatures ? outputs[1].GetTensorDataAsSpan<float>() : [],
            images
        );
    }
}

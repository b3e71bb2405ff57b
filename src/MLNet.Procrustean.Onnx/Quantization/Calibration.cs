using Microsoft.ML.OnnxRuntime;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Scoring;
using Onnx;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>What a network computes of images in single precision.</summary>
/// <param name="Histograms">Of each tensor that was asked for, by its name.</param>
/// <param name="Scores">The probabilities of each image.</param>
internal sealed record Calibration(IReadOnlyDictionary<string, Histogram> Histograms, IReadOnlyList<float[]> Scores)
{
    private const long BytesAtOnce = 64 << 20; // of the tensors that are asked for

    /// <param name="model">As it was exported; it is not changed.</param>
    /// <param name="tensors">The names of tensors of its graph.</param>
    /// <param name="batches">The images.</param>
    /// <param name="shape">Of the images.</param>
    /// <exception cref="InvalidOperationException">The network computes a number that is not finite.</exception>
    public static Calibration Of(ModelProto model, IReadOnlyList<string> tensors, IEnumerable<ImageBatch> batches, ImageShape shape)
    {
        Telemetry.TurnOff();
        using var settings = RuntimeThreads.Settings();
        using var session = new InferenceSession(WithOutputs(model, tensors), settings);
        var histograms = tensors.ToDictionary(name => name, _ => new Histogram());
        var scores = new List<float[]>();
        var atOnce = 1; // the first image alone tells how much memory one takes
        foreach (var batch in batches)
        {
            for (var (place, next) = (0, 0); place < batch.Labels.Length; place = next)
            {
                next = Math.Min(place + atOnce, batch.Labels.Length);
                var bytes = Run(batch.Pixels.AsMemory()[(place * shape.Bytes)..(next * shape.Bytes)], next - place);
                atOnce = (int)Math.Clamp(BytesAtOnce / Math.Max(bytes, 1), 1, int.MaxValue);
            }
        }

        return new(histograms, scores);

        // Gives the bytes that the tensors take for one image.
        long Run(Memory<byte> pixels, int images)
        {
            using var options = new RunOptions();
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance,
                pixels,
                [images, shape.Size, shape.Size, shape.Channels]
            );
            using var outputs = session.Run(options, [OnnxExport.Pixels], [input], [OnnxExport.Probabilities, .. tensors]);
            scores.AddRange(ScoredImage.Rows(outputs[0].GetTensorDataAsSpan<float>(), [], images).Select(one => one.Probabilities));
            Parallel.For(0, tensors.Count, i => histograms[tensors[i]].Add(outputs[i + 1].GetTensorDataAsSpan<float>()));
            return outputs.Sum(output => (long)output.GetTensorSizeInBytes()) / images;
        }
    }

    private static byte[] WithOutputs(ModelProto model, IReadOnlyList<string> tensors)
    {
        var observed = model.Clone(); // shares the bytes of the weights
        observed.Graph.Output.Add(
            tensors.Select(name => new ValueInfoProto
            {
                Name = name,
                Type = new() { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float } },
            })
        );
        return Google.Protobuf.MessageExtensions.ToByteArray(observed);
    }
}

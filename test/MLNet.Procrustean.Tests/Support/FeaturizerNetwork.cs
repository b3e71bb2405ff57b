using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>
/// The published network of the package Microsoft.ML.DnnImageFeaturizer.ResNet18, computed by ONNX Runtime: 224 × 224 pixels become 512
/// features.
/// </summary>
internal sealed class FeaturizerNetwork : IDisposable
{
    public const int Size = 224;
    public const int Features = 512;
    private const int Pixels = Size * Size;
    private readonly InferenceSession session;

    public FeaturizerNetwork() => session = QuietOnnxRuntime.Session(File.ReadAllBytes(Path));

    public static string Path { get; } =
        System.IO.Path.Combine(AppContext.BaseDirectory, "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");

    /// <summary>The pooled features of an image of red, green, blue, pixel by pixel; the network takes blue, green, red.</summary>
    public float[] FeaturesOf(byte[] image, IReadOnlyList<float> means)
    {
        var input = new DenseTensor<float>([1, 3, Size, Size]);
        for (var channel = 0; channel < 3; channel++)
        {
            for (var pixel = 0; pixel < Pixels; pixel++)
            {
                input.SetValue(((2 - channel) * Pixels) + pixel, image[(pixel * 3) + channel] - means[channel]);
            }
        }

        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("Input247", input)]);
        return [.. outputs.Single().AsEnumerable<float>()];
    }

    public void Dispose() => session.Dispose();
}

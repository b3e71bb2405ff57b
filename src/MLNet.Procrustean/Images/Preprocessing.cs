using System.Collections.Immutable;
using MLNet.Procrustean.Interop;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>How an image becomes what the network sees: its shape, and the mean and standard deviation that each channel is normalised with.</summary>
/// <param name="Shape">Size, channels and treatment of the aspect ratio.</param>
/// <param name="Means">Of each channel over the training images, 0 to 255.</param>
/// <param name="Deviations">Standard deviation of each channel over the training images, at least 1.</param>
internal sealed record Preprocessing(ImageShape Shape, ImmutableArray<float> Means, ImmutableArray<float> Deviations)
{
    private const int ImagesAtOnce = 256;

    /// <summary>Measures mean and deviation of each channel.</summary>
    public static Preprocessing Measure(Tensor pixels, ImageShape shape)
    {
        using var scope = NewDisposeScope();
        var (sum, squares) = (zeros(shape.Channels, float64), zeros(shape.Channels, float64));
        for (long start = 0; start < pixels.shape[0]; start += ImagesAtOnce)
        {
            using var part = NewDisposeScope();
            var values = pixels.narrow(0, start, Math.Min(ImagesAtOnce, pixels.shape[0] - start)).reshape(-1, shape.Channels).to(float64);
            // The name is needed: a bare 0 is taken for the element type Byte.
            sum.PlusInPlace(values.sum(dim: 0));
            squares.PlusInPlace(values.Squared().sum(dim: 0));
        }

        var n = tensor(new[] { (double)pixels.numel() / shape.Channels });
        var means = sum / n;
        var deviations = (squares / n - means.Squared()).AtLeast(1).sqrt(); // a channel that never varies is left alone
        return new(shape, Floats(means), Floats(deviations));
    }

    /// <summary>Normalises a batch: uint8 [B, S, S, channels] → [B, channels, S, S] of the type, in channels-last layout, on the device of the batch.</summary>
    public Tensor Normalise(Tensor pixels, ScalarType type = ScalarType.Float32)
    {
        var device = pixels.device;
        var means = tensor(Means.ToArray(), device: device);
        var scale = tensor(Deviations.Select(deviation => 1 / deviation).ToArray(), device: device);
        return pixels.to(float32).sub_(means).mul_(scale).to(type).permute(0, 3, 1, 2);
    }

    private static ImmutableArray<float> Floats(Tensor values) => [.. values.to(float32).data<float>().ToArray()];
}

using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>
/// How an image becomes the input of the network: its shape, and the mean and standard deviation that each channel is normalised with.
/// </summary>
/// <param name="Shape">Size, channels and treatment of the aspect ratio.</param>
/// <param name="Means">Of each channel over the training images, 0 to 255.</param>
/// <param name="Deviations">Standard deviation of each channel over the training images, at least 1.</param>
internal sealed record Preprocessing(ImageShape Shape, ImmutableArray<float> Means, ImmutableArray<float> Deviations)
{
    /// <summary>Mean and deviation of each channel.</summary>
    public static Preprocessing Measure(PixelRows pixels, ImageShape shape)
    {
        using var scope = NewDisposeScope();
        // The argument needs its name: a bare 0 would mean the element type Byte.
        var sums = pixels.ChannelSums().sum(dim: 0); // [2, channels]
        var n = tensor(new[] { (double)pixels.Count * shape.Size * shape.Size });
        var means = sums[0] / n;
        var deviations = (sums[1] / n - means.Squared()).AtLeast(1).sqrt(); // a channel that never varies is not scaled
        return new(shape, Floats(means), Floats(deviations));
    }

    /// <summary>
    /// Normalises a batch: [B, S, S, channels], from 0 to 255, → [B, channels, S, S] of the type, in channels-last layout, on the device of
    /// the batch. Gradients flow through it.
    /// </summary>
    public Tensor Normalise(Tensor pixels, ScalarType type = ScalarType.Float32)
    {
        // [B, S, S · channels]: whole rows at a time are several times as fast as pixels
        var (rows, width) = (pixels.flatten(2), pixels.shape[2]);
        var means = tensor(Means.ToArray()).OnDevice(pixels.device).repeat(width);
        var scale = tensor(Deviations.Select(deviation => 1 / deviation).ToArray()).OnDevice(pixels.device).repeat(width);
        return rows.to(float32, copy: true).sub_(means).mul_(scale).to(type).reshape(pixels.shape).permute(0, 3, 1, 2);
    }

    private static ImmutableArray<float> Floats(Tensor values) => [.. values.to(float32).data<float>().ToArray()];
}

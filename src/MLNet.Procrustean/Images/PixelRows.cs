using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>
/// Decoded images, wherever they are kept. A batch of them is uint8 [B, S, S, channels], a channels-last tensor without a copy, on the CPU
/// unless they are kept on a GPU.
/// </summary>
internal abstract class PixelRows : IDisposable
{
    public abstract long Count { get; }

    /// <summary>The images with these numbers, int64 [B] on the device of the images, in the order given.</summary>
    public abstract Tensor Rows(Tensor rows);

    /// <summary>A number of consecutive images; do not write into them.</summary>
    public abstract Tensor Narrow(long start, long count);

    /// <summary>
    /// For each image and channel, the sum of the values and of their squares: float64 [N, 2, channels]. They are whole numbers and so
    /// exact in any order. Not for images on a GPU.
    /// </summary>
    public abstract Tensor ChannelSums();

    /// <summary>May be called again.</summary>
    public abstract void Dispose();
}

using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>The features of images in each of their views, wherever they are kept: see <see cref="Images.ImageViews"/>.</summary>
internal abstract class FeatureRows : IDisposable
{
    /// <summary>How many views of each image there are.</summary>
    public abstract int Views { get; }

    /// <summary>The features of some images, bfloat16 [B, ...] on the CPU, in the order given.</summary>
    /// <param name="rows">The numbers of the images, int64 [B] on the CPU.</param>
    /// <param name="views">Which view of each, from 0: int64 [B] on the CPU; null for the images as they are.</param>
    public abstract Tensor Of(Tensor rows, Tensor? views = null);

    public abstract void Dispose();
}

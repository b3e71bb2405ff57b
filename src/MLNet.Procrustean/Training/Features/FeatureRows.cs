using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>The features of images and, where these are trained on too, of their mirror images, wherever they are kept.</summary>
internal abstract class FeatureRows : IDisposable
{
    public abstract bool HaveMirrorImages { get; }

    /// <summary>The features of some images, bfloat16 [B, ...] on the CPU, in the order given.</summary>
    /// <param name="rows">The numbers of the images, int64 [B] on the CPU.</param>
    /// <param name="mirrored">1 for each whose mirror image is wanted, else 0: int64 [B] on the CPU; null where none is.</param>
    public abstract Tensor Of(Tensor rows, Tensor? mirrored = null);

    public abstract void Dispose();
}

using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>What the training images give to the network, a mini-batch at a time.</summary>
/// <param name="labels">The classes of all training images, [N], int64.</param>
internal abstract class TrainingInputs(Tensor labels) : IDisposable
{
    public Tensor Labels => labels;

    /// <summary>How many parts of the network the inputs have passed already: see <see cref="StagedNetwork.Through"/>.</summary>
    public abstract int Parts { get; }

    /// <summary>The input of the part that follows, on the device of the network.</summary>
    /// <param name="rows">The numbers of the images, [B], int64, on the device of the labels.</param>
    /// <param name="random">Draws how they are changed.</param>
    public abstract Tensor Of(Tensor rows, Generator random);

    /// <summary>The logits [B, C] of images as they are, in evaluation.</summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="rows">The numbers of the images, [B], int64, on the CPU.</param>
    public abstract Tensor LogitsOf(StagedNetwork network, Tensor rows);

    public abstract void Dispose();
}

/// <summary>The images themselves, augmented each time or each in one of its views, and normalised: [B, channels, S, S].</summary>
/// <param name="images">In memory or in a file; they belong to the caller.</param>
/// <param name="resident">A copy of them on the GPU, disposed with this; null for none.</param>
/// <param name="options">Of the training.</param>
/// <param name="preprocessing">How images are normalised.</param>
/// <param name="device">Where the network is.</param>
internal sealed class AugmentedImages(
    LabelledImages images,
    LabelledImages? resident,
    ImageClassifierOptions options,
    Preprocessing preprocessing,
    Device device
) : TrainingInputs((resident ?? images).Labels)
{
    private readonly PixelRows pixels = (resident ?? images).Pixels;
    private readonly ImageViews? views = options.Augmentation.Copies > 0 ? new(options.Augmentation) : null;

    public override int Parts => 0;

    public override Tensor Of(Tensor rows, Generator random)
    {
        using var scope = NewDisposeScope();
        var taken = pixels.Rows(rows);
        var augmented = views is null ? options.Augmentation.Apply(taken, random) : ViewsOf(taken, rows, random); // [B, S, S, channels]
        return preprocessing.Normalise(augmented.OnDevice(device), options.Precision.On(device)).MoveToOuterDisposeScope();
    }

    public override Tensor LogitsOf(StagedNetwork network, Tensor rows) =>
        Inference.Logits(network, preprocessing.Normalise(images.Pixels.Rows(rows).OnDevice(device)));

    public override void Dispose() => resident?.Dispose();

    private Tensor ViewsOf(Tensor taken, Tensor rows, Generator random)
    {
        using var drawn = ImageViews.Draw(views!.Count, rows.shape[0], random);
        return views.Of(taken, rows.data<long>().ToArray(), drawn.data<long>().ToArray());
    }
}

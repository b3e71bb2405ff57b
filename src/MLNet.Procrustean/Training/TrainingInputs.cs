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

    /// <summary>The input of the part of the network that follows, on its device.</summary>
    /// <param name="rows">The numbers of the images, [B], int64, on the device of the labels.</param>
    /// <param name="random">Draws how they are changed.</param>
    public Tensor Of(Tensor rows, Generator random) => Of(rows, BatchPart.All(rows.shape[0]), random);

    /// <summary>The same for a part of the batch; as much is drawn as for the whole.</summary>
    public abstract Tensor Of(Tensor rows, BatchPart part, Generator random);

    /// <summary>The same with the images, after they are drawn and before they are normalised, changed by a function.</summary>
    /// <param name="rows">The numbers of the images of the batch, [B], int64, on the device of the labels.</param>
    /// <param name="part">Those of them to take.</param>
    /// <param name="random">Draws how they are changed before.</param>
    /// <param name="change">
    /// (images, normalised) → images: both [B, channels, S, S], float32, from 0 to 255, on the device of the network, and a function that
    /// gives the network's input for such images.
    /// </param>
    /// <exception cref="InvalidOperationException">The inputs are features of images, not images.</exception>
    public virtual Tensor Of(Tensor rows, BatchPart part, Generator random, Func<Tensor, Func<Tensor, Tensor>, Tensor> change) =>
        throw new InvalidOperationException("Features that are kept do not follow their images; they cannot be changed.");

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

    public override Tensor Of(Tensor rows, BatchPart part, Generator random)
    {
        using var scope = NewDisposeScope();
        return preprocessing.Normalise(Augmented(rows, part, random), options.Precision.On(device)).MoveToOuterDisposeScope();
    }

    public override Tensor Of(Tensor rows, BatchPart part, Generator random, Func<Tensor, Func<Tensor, Tensor>, Tensor> change)
    {
        using var scope = NewDisposeScope();
        var images = Augmented(rows, part, random).to(float32).permute(0, 3, 1, 2);
        return Normalised(change(images, Normalised)).MoveToOuterDisposeScope();
    }

    public override Tensor LogitsOf(StagedNetwork network, Tensor rows) =>
        Inference.InParts(rows, preprocessing.Shape, some =>
            Inference.Logits(network, preprocessing.Normalise(images.Pixels.Rows(some).OnDevice(device)))
        );

    public override void Dispose() => resident?.Dispose();

    // [B, S, S, channels]
    private Tensor Augmented(Tensor rows, BatchPart part, Generator random)
    {
        var numbers = part.Of(rows);
        var taken = pixels.Rows(numbers);
        if (views is null)
        {
            return options.Augmentation.Apply(taken, part, random).OnDevice(device);
        }

        using var drawn = ImageViews.Draw(views.Count, part.Whole, random);
        return views.Of(taken, numbers.data<long>().ToArray(), part.Of(drawn.data<long>().ToArray())).OnDevice(device);
    }

    private Tensor Normalised(Tensor images) => preprocessing.Normalise(images.permute(0, 2, 3, 1), options.Precision.On(device));
}

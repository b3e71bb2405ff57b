using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>A perturbation of images tried on a few made-up images and a made-up linear classifier, before the training.</summary>
internal static class TriedPerturbation
{
    private const int Size = 4;
    private const int Values = 3 * Size * Size;

    /// <summary>The images, [B, 3, 4, 4], float32, and what the perturbation makes of them.</summary>
    /// <param name="perturbation">The perturbation.</param>
    /// <param name="labels">Of the images, [B], int64.</param>
    /// <param name="classes">The number of classes.</param>
    public static (Tensor Images, Tensor Changed) On(InputPerturbation perturbation, Tensor labels, int classes)
    {
        using var scope = NewDisposeScope();
        using var gradient = enable_grad(); // as in the training, whatever the caller's own thread had set
        using var random = new Generator(0);
        var drawn = randint(-64, 320, [labels.shape[0], 3, Size, Size], ScalarType.Float32, generator: random);
        var images = drawn.AtLeast(0).AtMost(255); // many are at an end of the range
        var weight = randn([Values, classes], generator: random) / tensor(100f); // logits of about 10
        var changed = perturbation.Change(images, labels, x => x.flatten(1).mm(weight), random);
        return (images.MoveToOuterDisposeScope(), changed.detach().MoveToOuterDisposeScope());
    }
}

using MLNet.Procrustean.Images;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>Gives the first convolution the principal directions of the training images' patches for good, instead of training it.</summary>
/// <remarks>
/// After Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", https://arxiv.org/abs/2404.00498 (patch whitening), who has it from Page, "How to train your ResNet" (2018). With
/// Σ = mean of p pᵀ over patches p of c · k · k normalised values, and Σ = V Λ Vᵀ, the filters are the columns of V with the largest λ, and their negatives, so that the rectifier
/// loses nothing. The batch normalisation that follows divides each by its standard deviation √λ, which is what makes it whitening.
/// </remarks>
internal static class PatchWhitening
{
    private const long MostImages = 2048;
    private const long MostPatches = 1_000_000;

    /// <summary>Sets the weights of the first convolution by images of the training, drawn by the seed, and takes it out of what is trained.</summary>
    public static void Apply(StagedNetwork network, Preprocessing preprocessing, LabelledImages train, int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var random = RandomStream.Whitening.Generator(seed, epoch: 0);
        var (stem, size) = (network.Stem, preprocessing.Shape.Size);
        var patchesOfOne = (long)Math.Pow(((size - stem.Kernel) / stem.Stride) + 1, 2);
        var count = Math.Min(train.Count, Math.Clamp(MostPatches / patchesOfOne, 1, MostImages));
        var rows = randperm(train.Count, int64, generator: random);
        var covariance = Covariance(count, image => preprocessing.Normalise(train.Pixels.Rows(rows.narrow(0, image, 1))), preprocessing.Shape.Channels, stem.Kernel, stem.Stride);
        stem.Weight.copy_(Filters(covariance, stem.Weight.cpu()));
        stem.Weight.requires_grad = false;
    }

    /// <summary>Σ, [c · k · k, c · k · k], float64, of the patches of images.</summary>
    /// <param name="count">How many images.</param>
    /// <param name="image">Gives the one of that number, [1, c, S, S].</param>
    /// <param name="channels">c.</param>
    /// <param name="kernel">k.</param>
    /// <param name="stride">Pixels from one patch to the next.</param>
    internal static Tensor Covariance(long count, Func<long, Tensor> image, int channels, int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        var values = channels * kernel * kernel;
        var (sum, patches) = (zeros(values, values, float64), 0L);
        for (long number = 0; number < count; number++)
        {
            using var part = NewDisposeScope();
            var windows = image(number).to(float64).unfold(2, kernel, stride).unfold(3, kernel, stride); // [1, c, rows, columns, k, k]
            var matrix = windows.permute(0, 2, 3, 1, 4, 5).reshape(-1, values); // [rows · columns, c · k · k]
            sum.PlusInPlace(matrix.t().mm(matrix));
            patches += matrix.shape[0];
        }

        return (sum / tensor((double)patches)).MoveToOuterDisposeScope();
    }

    /// <summary>The filters [F, c, k, k]: half of them the directions with the largest λ, the others their negatives.</summary>
    /// <param name="covariance">Σ.</param>
    /// <param name="drawn">[F, c, k, k]: of it those are kept for which there are no directions left.</param>
    internal static Tensor Filters(Tensor covariance, Tensor drawn)
    {
        using var scope = NewDisposeScope();
        var vectors = linalg.eigh(covariance).Item2; // columns, that of the smallest λ first
        var directions = Math.Min(drawn.shape[0] / 2, covariance.shape[0]);
        var largest = vectors.narrow(1, covariance.shape[0] - directions, directions).t().reshape([directions, .. drawn.shape[1..]]).to(float32);
        return cat([largest, largest.neg(), drawn.narrow(0, 2 * directions, drawn.shape[0] - (2 * directions))]).MoveToOuterDisposeScope();
    }
}

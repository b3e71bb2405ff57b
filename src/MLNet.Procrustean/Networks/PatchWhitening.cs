using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>
/// Sets the weights of the first convolution to the principal directions of the training images' patches, instead of training them.
/// </summary>
/// <remarks>
/// After Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", https://arxiv.org/abs/2404.00498 (patch whitening), who took it from
/// Page, "How to train your ResNet" (2018). With S = Σ_p p pᵀ over patches p of c · k · k normalised values, and S = V Λ Vᵀ, the filters
/// are the columns of V with the largest λ, and their negatives, so that the rectifier loses nothing. The batch normalisation that follows
/// divides each by its standard deviation, in proportion to √λ, which is what makes it whitening.
/// </remarks>
internal static class PatchWhitening
{
    private const int MostImages = 1000;
    private const int PatchesAcross = 10; // about so many along each side of an image: patches between them add little
    private const int BytesAtOnce = 4_000_000;
    private const double Noise = 1e-6; // the images do not have directions with less than this share of the largest λ

    /// <summary>Sets the weights of the first convolution from training images, drawn with the seed.</summary>
    public static void Apply(StagedNetwork network, Preprocessing preprocessing, LabelledImages train, int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var random = RandomStream.Whitening.Generator(seed, epoch: 0);
        var (stem, shape) = (network.Stem.Convolution, preprocessing.Shape);
        var values = shape.Channels * stem.Kernel * stem.Kernel;
        var scatter = zeros(values, values, float64);
        foreach (
            var rows in randperm(train.Count, int64, generator: random)
                .data<long>()
                .Take(MostImages)
                .Chunk(Math.Max(1, BytesAtOnce / shape.Bytes))
        )
        {
            using var part = NewDisposeScope();
            scatter.PlusInPlace(
                Scatter(
                    preprocessing.Normalise(train.Pixels.Rows(tensor(rows))),
                    stem.Kernel,
                    Math.Max(stem.Kernel, shape.Size / PatchesAcross)
                )
            );
        }

        stem.Weight.copy_(Filters(scatter, stem.Weight.cpu()));
    }

    /// <summary>S = Σ_p p pᵀ, [c · k · k, c · k · k], float64.</summary>
    /// <param name="images">[B, c, S, S].</param>
    /// <param name="kernel">k.</param>
    /// <param name="stride">Pixels from one patch to the next.</param>
    internal static Tensor Scatter(Tensor images, int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        var windows = images.unfold(2, kernel, stride).unfold(3, kernel, stride); // [B, c, rows, columns, k, k]
        var patches = windows.permute(0, 2, 3, 1, 4, 5).reshape(-1, images.shape[1] * kernel * kernel).to(float64);
        return patches.t().mm(patches).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The filters [F, c, k, k]: the directions with the largest λ, F/2 of them or as many as there are, their negatives, and for the rest
    /// the random weights.
    /// </summary>
    /// <param name="scatter">S.</param>
    /// <param name="drawn">The random weights, [F, c, k, k].</param>
    internal static Tensor Filters(Tensor scatter, Tensor drawn)
    {
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(scatter); // in columns, that of the smallest λ first
        var lambda = values.data<double>().ToArray();
        var directions = Math.Min(drawn.shape[0] / 2, lambda.Count(value => value > Noise * lambda[^1]));
        var largest = vectors
            .narrow(1, scatter.shape[0] - directions, directions)
            .t()
            .reshape([directions, .. drawn.shape[1..]])
            .to(float32);
        return cat([largest, largest.neg(), drawn.narrow(0, 2 * directions, drawn.shape[0] - (2 * directions))]).MoveToOuterDisposeScope();
    }
}

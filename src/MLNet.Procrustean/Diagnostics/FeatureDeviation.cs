using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>How far the features of a class's test images lie from those of its training images.</summary>
/// <remarks>
/// Ye, Chen, Zhan, Chao, "Identifying and Compensating for Feature Deviation in Imbalanced Deep Learning",
/// https://arxiv.org/abs/2001.01385. The mean of few images deviates by chance, and the more so the fewer they are. To make classes
/// comparable, each mean is taken over equally many images.
/// </remarks>
internal static class FeatureDeviation
{
    /// <summary>
    /// For each class, the mean distance over random draws of k training and k test images, k the smallest count of any class in any set.
    /// </summary>
    public static ImmutableArray<double> Of(ImageFeatures train, ImageFeatures test, long classes, int draws, Generator random)
    {
        using var scope = NewDisposeScope();
        var sets = Enumerable.Range(0, (int)classes).Select(c => (Train: train.OfClass(c), Test: test.OfClass(c))).ToArray();
        var equal = sets.SelectMany(set => new[] { set.Train.shape[0], set.Test.shape[0] }).Where(count => count > 0).Min();
        return
        [
            .. sets.Select(set =>
                set.Train.shape[0] == 0 || set.Test.shape[0] == 0
                    ? double.NaN
                    : MeanDistance(set.Train, Rows(set.Train), set.Test, Rows(set.Test))
            ),
        ];

        Tensor Rows(Tensor features) => rand([draws, features.shape[0]], float64, generator: random).argsort(1).narrow(1, 0, equal);
    }

    /// <summary>The mean over draws of ‖mean training feature − mean test feature‖₂.</summary>
    /// <param name="train">[N, D].</param>
    /// <param name="trainRows">[draws, k]: the rows of <paramref name="train"/> in each draw.</param>
    /// <param name="test">[M, D].</param>
    /// <param name="testRows">[draws, k]: the rows of <paramref name="test"/> in each draw.</param>
    public static double MeanDistance(Tensor train, Tensor trainRows, Tensor test, Tensor testRows)
    {
        using var scope = NewDisposeScope();
        return (Means(train, trainRows) - Means(test, testRows)).Squared().sum(dim: 1).sqrt().mean().item<double>();
    }

    // As a product with a matrix of shares, [draws, N], which is far smaller than all the rows that are averaged.
    private static Tensor Means(Tensor features, Tensor rows) =>
        zeros(rows.shape[0], features.shape[0], float64)
            .scatter_(1, rows, ones_like(rows, float64).Times(1.0 / rows.shape[1]))
            .mm(features);
}

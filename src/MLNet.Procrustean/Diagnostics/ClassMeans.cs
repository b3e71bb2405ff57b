using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>Averages a quantity of images over each class.</summary>
internal static class ClassMeans
{
    /// <summary>The mean of the rows of each class.</summary>
    /// <param name="values">[N] or [N, K], float64.</param>
    /// <param name="labels">[N], int64; each class occurs.</param>
    /// <param name="classes">C.</param>
    /// <returns>[C] or [C, K].</returns>
    public static Tensor Of(Tensor values, Tensor labels, long classes)
    {
        using var scope = NewDisposeScope();
        var sums = zeros([classes, .. values.shape[1..]], float64).index_add_(0, labels, values, KeptNumbers.One);
        var counts = labels.bincount(null, classes).to(float64);
        return (sums / (values.dim() == 1 ? counts : counts.unsqueeze(1))).MoveToOuterDisposeScope();
    }
}

using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// How many images each class has in the imbalanced training sets that the field compares methods on: long-tailed and step imbalance.
/// </summary>
/// <remarks>
/// Cao, Wei, Gaidon, Arechiga, Ma, "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss", NeurIPS 2019,
/// https://arxiv.org/abs/1906.07413; numbers are rounded down, as in its code (kaidic/LDAM-DRW).
/// </remarks>
public static class LongTail
{
    /// <summary>
    /// Long-tailed imbalance: n_i = ⌊n_max · (1/ρ)^(i / (C − 1))⌋ for i = 0 … C − 1, falling exponentially from n_max to n_max / ρ.
    /// </summary>
    /// <remarks>
    /// Computed in double precision in the order in which it is written, as the field's code does. So a number may be one less
    /// than on paper: 49 · (1/49) is just below 1 and gives 0.
    /// </remarks>
    /// <param name="classes">C, the number of classes: at least 2.</param>
    /// <param name="largestClass">n_max, the number of images of the first class: at least 1.</param>
    /// <param name="imbalanceRatio">ρ = n_max / n_min: at least 1.</param>
    /// <returns>n_i of each class, in label order; small n_max and large ρ may give 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImmutableArray<int> Counts(int classes, int largestClass, double imbalanceRatio)
    {
        Check(classes, largestClass, imbalanceRatio);
        return [.. Enumerable.Range(0, classes).Select(i => (int)(largestClass * Math.Pow(1 / imbalanceRatio, i / (classes - 1.0))))];
    }

    /// <summary>Step imbalance: the first ⌊C/2⌋ classes have n_max images each, the others ⌊n_max / ρ⌋.</summary>
    /// <param name="classes">C, the number of classes: at least 2.</param>
    /// <param name="largestClass">n_max, the number of images of a class of the first half: at least 1.</param>
    /// <param name="imbalanceRatio">ρ = n_max / n_min: at least 1.</param>
    /// <returns>The number of each class, in label order; small n_max and large ρ may give 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImmutableArray<int> StepCounts(int classes, int largestClass, double imbalanceRatio)
    {
        Check(classes, largestClass, imbalanceRatio);
        return [.. Enumerable.Range(0, classes).Select(i => i < classes / 2 ? largestClass : (int)(largestClass / imbalanceRatio))];
    }

    private static void Check(int classes, int largestClass, double imbalanceRatio)
    {
        Require.AtLeast(classes, 2, nameof(classes));
        Require.AtLeast(largestClass, 1, nameof(largestClass));
        Require.FiniteAtLeast(imbalanceRatio, 1, nameof(imbalanceRatio));
    }
}

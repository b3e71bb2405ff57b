using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// The progress of each class after an epoch, measured on training images that are neither augmented nor mixed, in evaluation mode.
/// </summary>
/// <remarks>
/// The quantities that Ye, Zhan, Chao plot in "Procrustean Training for Imbalanced Deep Learning", ICCV 2021,
/// https://arxiv.org/abs/2104.01769. <see cref="MinorClasses"/> decides which classes are minor. Every class weighs the same in a mean over
/// classes, so that it does not matter how many images of a frequent class are measured.
/// </remarks>
public sealed record EpochDiagnostics
{
    /// <summary>The training progress: for each class, the share of its training images that are classified correctly, 0 to 1.</summary>
    public required ImmutableArray<double> TrainingAccuracy { get; init; }

    /// <summary>
    /// The mean over the minor classes of the share of a class's training images that are classified as a major class, 0 to 1; null without
    /// minor classes.
    /// </summary>
    public required double? Leakage { get; init; }

    /// <summary>
    /// For each class, the mean over its training images of ‖∂ℓ/∂h‖₂ = ‖Wᵀ (softmax(W h + b) − e_y)‖₂, with h the pooled feature, of length
    /// 1 with a cosine head. ℓ is the plain cross entropy, whichever loss is trained.
    /// </summary>
    public required ImmutableArray<double> FeatureGradients { get; init; }

    /// <summary>
    /// The mean of the minor classes' <see cref="FeatureGradients"/> over the mean of the major classes'; null without minor classes or
    /// when the latter is 0.
    /// </summary>
    public required double? GradientRatio { get; init; }

    /// <summary>
    /// Measures images: whether each is classified correctly (1 or 0), whether it is classified as a major class (1 or 0), and its
    /// ‖∂ℓ/∂h‖₂.
    /// </summary>
    /// <param name="logits">W h + b, [B, C].</param>
    /// <param name="labels">y, [B], int64.</param>
    /// <param name="weight">W, [C, D], float64.</param>
    /// <param name="major">[C], float64: 1 for a major class, 0 for a minor one.</param>
    /// <returns>[3, B], float64.</returns>
    internal static Tensor Measure(Tensor logits, Tensor labels, Tensor weight, Tensor major)
    {
        using var scope = NewDisposeScope();
        var z = logits.to(float64); // float32 cannot tell 1 − p_y from 0 once an image is learnt well
        var predicted = z.argmax(1);
        var residual = z.softmax(1) - nn.functional.one_hot(labels, z.shape[1]); // [B, C]
        var gradients = residual.mm(weight); // [B, D]
        return stack([(predicted == labels).to(float64), major.index_select(0, predicted), gradients.Squared().sum(dim: 1).sqrt()])
            .MoveToOuterDisposeScope();
    }

    /// <summary>Describes the classes by the means of what <see cref="Measure"/> gave for their images.</summary>
    internal static EpochDiagnostics Of(double[] accuracy, double[] takenForMajor, double[] gradients, ImmutableArray<bool> minor)
    {
        var majorGradient = Mean(gradients, minor, of: false);
        return new()
        {
            TrainingAccuracy = [.. accuracy],
            Leakage = Mean(takenForMajor, minor, of: true),
            FeatureGradients = [.. gradients],
            GradientRatio = majorGradient == 0 ? null : Mean(gradients, minor, of: true) / majorGradient,
        };
    }

    private static double? Mean(double[] values, ImmutableArray<bool> minor, bool of) =>
        values.Where((_, c) => minor[c] == of).Select(value => (double?)value).Average();
}

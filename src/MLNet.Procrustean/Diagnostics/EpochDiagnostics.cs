using System.Collections.Immutable;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>How far each class has come after an epoch, measured on training images as they are: not augmented, not mixed, in evaluation mode.</summary>
/// <remarks>
/// The quantities that Ye, Zhan, Chao plot in "Procrustean Training for Imbalanced Deep Learning", ICCV 2021, https://arxiv.org/abs/2104.01769.
/// A class is minor when <see cref="MinorClasses"/> says so.
/// </remarks>
public sealed record EpochDiagnostics
{
    /// <summary>The training progress: for each class, the share of its training images that are classified correctly, 0 to 1.</summary>
    public required ImmutableArray<double> TrainingAccuracy { get; init; }

    /// <summary>The share of the minor classes' training images that are taken for an image of a major class, 0 to 1; null without minor classes.</summary>
    public required double? Leakage { get; init; }

    /// <summary>For each class, the mean over its training images of ‖∂ℓ/∂h‖₂ = ‖Wᵀ (softmax(W h + b) − e_y)‖₂, with h the pooled feature.</summary>
    public required ImmutableArray<double> FeatureGradients { get; init; }

    /// <summary>The mean of the minor classes' <see cref="FeatureGradients"/> over the mean of the major classes'; null without minor classes or when the latter is 0.</summary>
    public required double? GradientRatio { get; init; }
}

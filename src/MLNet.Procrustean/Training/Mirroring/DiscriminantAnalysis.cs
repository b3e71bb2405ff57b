using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Mirroring;

/// <summary>Linear discriminant analysis with equal priors: a classifier that is found in closed form.</summary>
/// <remarks>
/// The class c of x with the largest (x − m)ᵀ Σ⁻¹ μ_c − ½ (μ_cᵀ Σ⁻¹ μ_c − tr(Σ⁻¹ S) / n_c), where m is the mean of all, μ_c that of the
/// n_c examples of class c minus m, and S the mean of the classes' covariances. Σ is S with half of it replaced by a multiple of the unit
/// matrix with the same trace (shrinkage; Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004).
/// The trace is what the noise of a mean of n_c examples adds to the term before it: without it, small classes would hardly be predicted.
/// </remarks>
internal sealed class DiscriminantAnalysis
{
    private const double Shrinkage = 0.5;
    private readonly Tensor mean; // [D]
    private readonly Tensor weights; // [D, C]
    private readonly Tensor biases; // [C]

    /// <summary>Learns from examples of each class; the tensors belong to the current scope.</summary>
    /// <param name="features">[N, D], float64.</param>
    /// <param name="labels">[N], int64.</param>
    /// <param name="classes">C.</param>
    public DiscriminantAnalysis(Tensor features, Tensor labels, int classes)
    {
        mean = features.mean([0]);
        var centred = features - mean;
        var counts = labels.bincount(null, classes).to(float64).unsqueeze(1);
        var means = zeros([classes, features.shape[1]], float64).index_add_(0, labels, centred, KeptNumbers.One) / counts;
        var deviations = (centred - means.index_select(0, labels)) / counts.index_select(0, labels).sqrt();
        var covariance = deviations.t().mm(deviations).Times(1.0 / classes);
        var shrunk = covariance.Times(1 - Shrinkage).Plus(diag(covariance.diag().mean().Times(Shrinkage).expand(covariance.shape[0])));
        var inverse = linalg.inv(shrunk);
        weights = inverse.mm(means.t());
        var noise = (inverse * covariance).sum() / counts.squeeze(1); // the trace, since both are symmetric
        biases = ((weights * means.t()).sum(dim: 0) - noise).Times(-0.5);
    }

    /// <summary>The class of each example, [N], int64, for features [N, D].</summary>
    public Tensor Predict(Tensor features) => (features - mean).mm(weights).Plus(biases).argmax(1);
}

using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Mirroring;

/// <summary>Linear discriminant analysis with equal priors: a classifier that is found in closed form.</summary>
/// <remarks>
/// The class c of x with the largest (x − m)ᵀ Σ⁻¹ μ_c − ½ (μ_cᵀ Σ⁻¹ μ_c − tr(Σ⁻¹ S) / n_c), where m is the mean of all, μ_c that of the
/// n_c examples of class c minus m, and S the mean of the classes' covariances. Σ is S with half of it replaced by a multiple of the unit
/// matrix with the same trace (shrinkage; Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004).
/// The trace is what the noise of a mean of n_c examples adds to the term before it: without it, small classes would hardly be predicted.
/// With fewer examples than features, an N × N matrix is inverted in the place of Σ (the Woodbury identity): with S = XᵀX, Σ = aI + bXᵀX
/// and K = aI + bXXᵀ, Σ⁻¹ is (I − bXᵀK⁻¹X) / a, and tr(Σ⁻¹S) is tr(K⁻¹XXᵀ).
/// </remarks>
internal sealed class DiscriminantAnalysis
{
    private const double Shrinkage = 0.5;
    private const double SmallestRidge = 1e-9; // where all examples of each class are the same, as plain colours are, S is 0
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
        var scales = (counts * classes).sqrt();
        var deviations = (centred - means.index_select(0, labels)) / scales.index_select(0, labels); // [N, D]: S is XᵀX
        var fewExamples = deviations.shape[0] < deviations.shape[1];
        var products = fewExamples ? deviations.mm(deviations.t()) : deviations.t().mm(deviations);
        var size = products.shape[0];
        var ridge = products.trace().Times(Shrinkage / deviations.shape[1]).AtLeast(SmallestRidge);
        var inverse = linalg.inv(products.Times(1 - Shrinkage).Plus(diag(ridge.expand(size))));
        weights = fewExamples
            ? (means.t() - deviations.t().mm(inverse).mm(deviations.mm(means.t())).Times(1 - Shrinkage)) / ridge
            : inverse.mm(means.t());
        var noise = (inverse * products).sum() / counts.squeeze(1); // the trace, since both are symmetric
        biases = ((weights * means.t()).sum(dim: 0) - noise).Times(-0.5);
    }

    /// <summary>The class of each example, [N], int64, for features [N, D].</summary>
    public Tensor Predict(Tensor features) => (features - mean).mm(weights).Plus(biases).argmax(1);
}

using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>How near the training features are to neural collapse: all five are 0 when it is complete.</summary>
/// <remarks>
/// Papyan, Han, Donoho, "Prevalence of neural collapse during the terminal phase of deep learning training",
/// https://arxiv.org/abs/2008.08186. S_w and S_b are the within- and between-class covariances of the features, μ_c the class means and μ_G
/// their mean. Every class weighs the same, whatever its count: S_w = mean_c mean_{i∈c} (h_i − μ_c)(h_i − μ_c)ᵀ and S_b = mean_c (μ_c −
/// μ_G)(μ_c − μ_G)ᵀ, which are the paper's where counts are equal. A measure is NaN where it does not exist: all class means are one point,
/// one lies exactly at μ_G, or W is 0.
/// </remarks>
public sealed record NeuralCollapse
{
    // Directions shorter than this share of the longest are noise in features that were computed in float32.
    private const double Noise = 1e-6;

    /// <summary>NC1, variability: tr(S_w S_b⁺) / C, where ⁺ is the pseudo-inverse.</summary>
    public required double Variability { get; init; }

    /// <summary>NC2, lengths: the standard deviation of ‖μ_c − μ_G‖ over its mean.</summary>
    public required double UnequalNorms { get; init; }

    /// <summary>NC2, angles: the mean over pairs of classes of |cos(μ_c − μ_G, μ_c' − μ_G) + 1/(C − 1)|.</summary>
    public required double UnequalAngles { get; init; }

    /// <summary>NC3, self-duality: ‖Wᵀ/‖W‖_F − M/‖M‖_F‖_F², with M the matrix of the centred class means; 0 to 4.</summary>
    public required double DualityGap { get; init; }

    /// <summary>
    /// NC4: the mean over classes of the share of training images for which the classifier disagrees with the nearest class mean, 0 to 1.
    /// </summary>
    public required double NearestMeanDisagreement { get; init; }

    /// <summary>Measures features; all tensors are float64 (labels int64) and on the CPU.</summary>
    /// <param name="features">h, [N, D].</param>
    /// <param name="labels">y, [N]; each class occurs.</param>
    /// <param name="weight">W, [C, D].</param>
    /// <param name="bias">b, [C].</param>
    internal static NeuralCollapse Of(Tensor features, Tensor labels, Tensor weight, Tensor bias)
    {
        using var scope = NewDisposeScope();
        var classes = weight.shape[0];
        var means = ClassMeans.Of(features, labels, classes); // μ_c, [C, D]
        var centred = means - means.mean([0], keepdim: true); // Mᵀ, [C, D]
        var lengths = centred.Squared().sum(dim: 1).sqrt(); // [C]
        var directions = centred / lengths.unsqueeze(1);
        var cosines = directions.mm(directions.t()); // [C, C]
        var offDiagonal = ones(classes, classes, dtype: float64) - eye(classes, dtype: float64);

        // S_b = M Mᵀ / C, so that tr(S_w S_b⁺) / C = mean_c mean_i ‖M⁺ (h_i − μ_c)‖²: without squaring what is to be inverted.
        var within = features - means.index_select(0, labels);
        var spread = within.mm(linalg.pinv(centred, rtol: Noise)).Squared().sum(dim: 1); // [N]

        var chosen = features.mm(weight.t()).Plus(bias).argmax(1);
        var nearest = (features.mm(means.t()) - means.Squared().sum(dim: 1).Times(0.5)).argmax(1); // ‖h − μ‖² = ‖h‖² − 2 (h·μ − ‖μ‖²/2)

        return new()
        {
            Variability = lengths.max().item<double>() == 0 ? double.NaN : ClassMeans.Of(spread, labels, classes).mean().item<double>(),
            UnequalNorms = (lengths.std(unbiased: false) / lengths.mean()).item<double>(),
            UnequalAngles = (cosines.Plus(1.0 / (classes - 1)).abs() * offDiagonal).sum().item<double>() / (classes * (classes - 1)),
            DualityGap = ((weight / weight.norm()) - (centred / centred.norm())).Squared().sum().item<double>(),
            NearestMeanDisagreement = ClassMeans.Of((chosen != nearest).to(float64), labels, classes).mean().item<double>(),
        };
    }
}

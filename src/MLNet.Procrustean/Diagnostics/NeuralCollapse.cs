namespace MLNet.Procrustean.Diagnostics;

/// <summary>How near the training features are to neural collapse: all four are 0 when it is complete.</summary>
/// <remarks>
/// Papyan, Han, Donoho, "Prevalence of neural collapse during the terminal phase of deep learning training", https://arxiv.org/abs/2008.08186.
/// S_w and S_b are the within- and between-class covariances of the features, μ_c the class means and μ_G their mean.
/// </remarks>
public sealed record NeuralCollapse
{
    /// <summary>NC1, variability: tr(S_w S_b⁺) / C, where ⁺ is the pseudo-inverse.</summary>
    public required double Variability { get; init; }

    /// <summary>NC2, lengths: the standard deviation of ‖μ_c − μ_G‖ over its mean.</summary>
    public required double UnequalNorms { get; init; }

    /// <summary>NC2, angles: the mean over pairs of classes of |cos(μ_c − μ_G, μ_c' − μ_G) + 1/(C − 1)|.</summary>
    public required double UnequalAngles { get; init; }

    /// <summary>NC3, self-duality: ‖Wᵀ/‖W‖_F − M/‖M‖_F‖_F², with M the matrix of the centred class means.</summary>
    public required double DualityGap { get; init; }

    /// <summary>NC4: the share of training images for which the classifier disagrees with the nearest class mean.</summary>
    public required double NearestMeanDisagreement { get; init; }
}

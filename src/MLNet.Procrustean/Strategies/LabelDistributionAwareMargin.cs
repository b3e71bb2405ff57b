using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// Label-distribution-aware margins (LDAM): the rarer a class, the wider the margin by which its images must be classified.
/// </summary>
/// <remarks>
/// <para>
/// Cao, Wei, Gaidon, Arechiga, Ma, "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss", NeurIPS 2019,
/// https://arxiv.org/abs/1906.07413, equations 12 and 13. With the cosine head (<see cref="ClassifierHead.Cosine"/>), z = s · cos, s = 30:
/// </para>
/// <para>ℓ = −log( exp(z_y − s · Δ_y) / (exp(z_y − s · Δ_y) + Σ_{c≠y} exp(z_c)) ), with Δ_c = Δ_max · (n_min / n_c)^¼.</para>
/// <para>
/// With <see cref="ClassBalancedWeights"/> of the same loss from a late epoch on (<see cref="Deferred"/>), it is LDAM-DRW. With equal
/// counts, all margins are Δ_max, which is not plain training. The trained network scores with z, without margins.
/// </para>
/// </remarks>
public sealed record LabelDistributionAwareMargin : TrainingStrategy
{
    /// <summary>Δ_max: the margin of the smallest class, as a difference of cosines, from 0 to 1. The default is 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The margin is out of range.</exception>
    public double MaxMargin
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(MaxMargin));
    } = 0.5;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        // s · Δ, [C]
        var margins = epoch.PerClass(n => CosineHead.Scale * MaxMargin * Math.Pow((double)epoch.Classes.Smallest / n, 0.25));
        return new()
        {
            Head = ClassifierHead.Cosine,
            Loss = (logits, labels) => Losses.CrossEntropy(logits - OfLabels(margins, labels), labels),
        };
    }

    // [B, C]: s · Δ_y in the column of y, 0 in the others. Not from a table of all pairs of classes, of which there may be many.
    private static Tensor OfLabels(Tensor margins, Tensor labels) =>
        zeros(labels.shape[0], margins.shape[0], device: margins.device)
            .scatter_(1, labels.unsqueeze(1), margins.index_select(0, labels).unsqueeze(1));
}

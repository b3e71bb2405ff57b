using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// Remix: images are mixed as in <see cref="Mixup"/>, but where one of the two classes is much rarer and its share of the image is large
/// enough, the label is that class alone.
/// </summary>
/// <remarks>
/// <para>
/// Chou, Chang, Pan, Wei, Juan, "Remix: Rebalanced Mixup", ECCV 2020 workshops, https://arxiv.org/abs/2007.03943, equations 4 to 6. With λ
/// drawn from Beta(α, α) for each mini-batch, x̃_i = λ · x_i + (1 − λ) · x_j and j = π(i), the label keeps the share
/// </para>
/// <para>
/// μ_i = 0 where n_{y_i} / n_{y_j} ≥ κ and λ &lt; τ; 1 where n_{y_i} / n_{y_j} ≤ 1/κ and 1 − λ &lt; τ; λ otherwise,
/// </para>
/// <para>and ℓ_i = μ_i · ℓ(z_i, y_i) + (1 − μ_i) · ℓ(z_i, y_j). Equal counts give mixup, not plain training.</para>
/// </remarks>
public sealed record Remix : TrainingStrategy
{
    /// <summary>α, from 0.01 to 100. The default is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range; this holds for the other options too.</exception>
    public double Alpha
    {
        get;
        init => field = Require.Between(value, 0.01, 100, nameof(Alpha));
    } = 1;

    /// <summary>
    /// κ: how many times as frequent as the other class one must be for the other to get the whole label, from 1 to 10,000. The default is
    /// 3.
    /// </summary>
    public double Kappa
    {
        get;
        init => field = Require.Between(value, 1, 10_000, nameof(Kappa));
    } = 3;

    /// <summary>
    /// τ: the rarer class gets the whole label only where the share of the frequent one is below τ, from 0 (never) to 1. The default is
    /// 0.5.
    /// </summary>
    public double Tau
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Tau));
    } = 0.5;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        var counts = tensor(epoch.Classes.Counts.Select(n => (double)n).ToArray()).OnDevice(epoch.Device);
        return new() { Mixing = new(MixingDepth.Input, (labels, partnerLabels, random) =>
            {
                var lambda = BetaDistribution.Draw(Alpha, random);
                var ratios = counts.index_select(0, labels) / counts.index_select(0, partnerLabels);
                return (Mixup.Of(lambda, labels), LabelShares(lambda, ratios));
            }) };
    }

    /// <summary>μ, [B], of λ and n_{y_i} / n_{y_j}, [B].</summary>
    private Tensor LabelShares(double lambda, Tensor ratios)
    {
        var kappa = tensor(Kappa).OnDevice(ratios.device);
        var shares = Mixup.Of(lambda, ratios);
        shares = 1 - lambda < Tau ? where(ratios.reciprocal().ge(kappa), ones_like(shares), shares) : shares;
        return lambda < Tau ? where(ratios.ge(kappa), zeros_like(shares), shares) : shares;
    }
}

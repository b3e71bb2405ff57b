using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// Adversarial training: the network is trained on images that are changed so as to make it err, toward the classes for which that is
/// costly.
/// </summary>
/// <remarks>
/// <para>
/// Terzi, Susto, Chaudhari, "Directional Adversarial Training for Cost Sensitive Deep Learning Classification Applications",
/// https://arxiv.org/abs/1910.03468 (Wasserstein projected gradient descent). Each mini-batch is attacked by
/// <see cref="ProjectedGradientAttack"/> with the costs C, and the loss is that of the changed images.
/// </para>
/// <para>
/// This was written from the paper's abstract, which names an optimal transport problem in the space of outputs and no equations. For an
/// image of one class, the transport from the probabilities p to that class y has one coupling, and its cost is Σ_j C_yj · p_j: what is
/// attacked here. That the paper does the same is not known.
/// </para>
/// <para>C_yj = c_yj · (n_j / n_y)^τ, the power kept from 0.01 to 100, with c of <see cref="Costs"/> and C_yy = 0.</para>
/// <para>
/// With τ = 0 and equal costs, the defaults, it is the adversarial training of Madry and others, https://arxiv.org/abs/1706.06083. It does
/// something for equal counts too. A training takes up to <see cref="ProjectedGradientAttack.Steps"/> + 1 times as long. The attack is on
/// the network in evaluation mode, on unmixed images with their own labels; sampling, mixing and the loss are as without it, so that
/// <see cref="Combined"/> joins it with any of these. Loss and training accuracy in reports are those of the changed images. Where stages
/// are frozen, each step computes their features again. <c>EvaluateRobustness</c> measures what it gains, and what it costs.
/// </para>
/// </remarks>
public sealed record CostSensitiveAdversarialTraining : TrainingStrategy
{
    /// <summary>How images are changed.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public ProjectedGradientAttack Attack
    {
        get;
        init => field = Require.NotNull(value);
    } = new();

    /// <summary>
    /// τ, from 0 to 10: how much more it costs to take an image of a small class for one of a large class than the other way around. The
    /// default is 0: not more.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Tau
    {
        get;
        init => field = Require.Between(value, 0, 10, nameof(Tau));
    }

    /// <summary>
    /// c: what it costs to take an image of one class for another one, for exactly the classes of the training, in any order. Null, the
    /// default, for 1 throughout.
    /// </summary>
    public CostMatrix? Costs { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The costs are not those of the classes.</exception>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        var all = CostsOf(epoch.Classes);
        if (Attack.Epsilon == 0)
        {
            return new();
        }

        var costs = all.OnDevice(epoch.Device); // C
        return new() { Perturbation = new((images, labels, logitsOf, random) => Attack.Change(images, labels, costs, logitsOf, random)) };
    }

    /// <summary>C, in the order of the classes.</summary>
    /// <param name="classes">n_c.</param>
    /// <returns>The costs of the training.</returns>
    /// <exception cref="ArgumentException"><see cref="Costs"/> are not those of the classes.</exception>
    public CostMatrix CostsOf(ClassCounts classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var byCounts = CostMatrix.ByCounts(classes, Tau);
        return Costs is null ? byCounts : Costs.For(classes.Names).Times(byCounts);
    }
}

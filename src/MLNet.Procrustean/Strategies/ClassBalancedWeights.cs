using MLNet.Procrustean.Training;

namespace MLNet.Procrustean.Strategies;

/// <summary>Class-balanced weights: each image counts by the effective number of images of its class. With <see cref="Deferred"/> it is deferred re-weighting (DRW).</summary>
/// <remarks>
/// <para>
/// Cui, Jia, Lin, Song, Belongie, "Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019, https://arxiv.org/abs/1901.05555.
/// </para>
/// <para>ℓ_i = w_{y_i} / w̄ · (−log softmax(z_i)_{y_i}), with w_c = (1 − β) / (1 − β^{n_c}) and w̄ the mean of w_y over the mini-batch.</para>
/// <para>Dividing by w̄ is how weighted losses are averaged in the field's code. Equal counts give plain training.</para>
/// </remarks>
public sealed record ClassBalancedWeights : TrainingStrategy
{
    /// <summary>β, from 0 to 0.999999. The default is 0.9999; 0 is plain training, and toward 1 the weights approach 1 / n_c.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Beta
    {
        get;
        init => field = Require.Between(value, 0, 0.999999, nameof(Beta));
    }

    = 0.9999;

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (epoch.Classes.IsBalanced || Beta == 0)
        {
            return new();
        }

        var weights = epoch.PerClass(n => (1 - Beta) / (1 - Math.Pow(Beta, n))); // w, [C]
        return new()
        {
            Loss = (logits, labels) =>
            {
                var own = weights.index_select(0, labels); // w_y, [B]
                return own / own.mean() * Losses.CrossEntropy(logits, labels);
            },
        };
    }
}

using System.Globalization;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>How the learning rate changes over a training: linear warm-up, then cosine or steps.</summary>
public abstract record LearningRateSchedule
{
    private protected LearningRateSchedule() { }

    /// <summary>
    /// The number of epochs, from the first, over which the rate rises linearly to its full value. The default is 1; 0 starts at the full
    /// rate.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int WarmUpEpochs
    {
        get;
        init => field = Require.AtLeast(value, 0, nameof(WarmUpEpochs));
    } = 1;

    /// <summary>The factor that the full learning rate is multiplied by at a point of the training.</summary>
    /// <param name="progress">Epochs done, with their fraction: 0 before the first step, 2.5 in the middle of the third epoch.</param>
    /// <param name="epochs">The number of epochs of the whole training.</param>
    /// <returns>From 0 to 1.</returns>
    public double FactorAt(double progress, int epochs)
    {
        var warmUp = Math.Min(WarmUpEpochs, epochs - 1); // a training of one epoch has no time to warm up
        return progress < warmUp ? progress / warmUp : FactorAfterWarmUp(progress, warmUp, epochs);
    }

    private protected abstract double FactorAfterWarmUp(double progress, int warmUp, int epochs);
}

/// <summary>
/// After warm-up, half a cosine from 1 down to 0 at the end: ½ (1 + cos(π t)), t the share of the remaining training that is done.
/// </summary>
/// <remarks>Loshchilov, Hutter, "SGDR" (arXiv 1608.03983), equation 5, without restarts.</remarks>
public sealed record CosineSchedule : LearningRateSchedule
{
    private protected override double FactorAfterWarmUp(double progress, int warmUp, int epochs) =>
        0.5 * (1 + Math.Cos(Math.PI * (progress - warmUp) / (epochs - warmUp)));
}

/// <summary>After warm-up, constant, and multiplied by <see cref="Factor"/> each time one of the milestones has been passed.</summary>
/// <remarks>The imbalance literature's protocol for 200 epochs is milestones 0.8 and 0.9 with factor 0.01.</remarks>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <summary>The shares of the training, from 0 to 1, after which the rate drops. The defaults are 0.8 and 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A milestone is not from 0 to 1.</exception>
    public IReadOnlyList<double> Milestones
    {
        get;
        init => field = [.. Require.NotNull(value).Select(milestone => Require.Between(milestone, 0, 1, nameof(Milestones)))];
    } = [0.8, 0.9];

    /// <summary>What the rate is multiplied by at each milestone, from 0 to 1. The default is 0.01.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public double Factor
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Factor));
    } = 0.01;

    /// <summary>Whether the other schedule has the same warm-up, milestones and factor.</summary>
    /// <param name="other">The schedule to compare with.</param>
    /// <returns>True when all agree.</returns>
    public bool Equals(StepSchedule? other) =>
        base.Equals(other) && Factor.Equals(other.Factor) && Milestones.SequenceEqual(other.Milestones);

    /// <summary>A hash code of warm-up, milestones and factor.</summary>
    /// <returns>The hash code.</returns>
    public override int GetHashCode() => Milestones.Aggregate(HashCode.Combine(base.GetHashCode(), Factor), HashCode.Combine);

    /// <summary>The schedule with its options.</summary>
    /// <returns>For example "StepSchedule { WarmUpEpochs = 1, Milestones = [0.8, 0.9], Factor = 0.01 }".</returns>
    public override string ToString()
    {
        var milestones = string.Join(", ", Milestones.Select(milestone => milestone.ToString(CultureInfo.InvariantCulture)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{nameof(StepSchedule)} {{ {nameof(WarmUpEpochs)} = {WarmUpEpochs}, {nameof(Milestones)} = [{milestones}], "
                + $"{nameof(Factor)} = {Factor} }}"
        );
    }

    private protected override double FactorAfterWarmUp(double progress, int warmUp, int epochs) =>
        Math.Pow(Factor, Milestones.Count(milestone => progress >= milestone * epochs));
}

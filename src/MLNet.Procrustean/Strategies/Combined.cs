using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// Two strategies at once, such as <see cref="MajorFeatureWeakening"/> with <see cref="LogitAdjustment"/>: each sets the parts of the rule
/// that the other leaves at their defaults.
/// </summary>
/// <remarks>
/// Feature mixing (as in https://arxiv.org/abs/2104.01769), the perturbation of images, the sampling, the loss, the head and the rewards
/// are the six parts of a <see cref="TrainingRule"/>. Strategies that set different parts can be combined; two that set the same part are
/// refused, and so are rewards with a mixing, a perturbation or a loss. Two methods that correct the same bias need weaker settings than
/// either alone; otherwise the large classes are sacrificed.
/// </remarks>
/// <param name="First">One strategy.</param>
/// <param name="Second">Another one, for other parts of the rule.</param>
public sealed record Combined(TrainingStrategy First, TrainingStrategy Second) : TrainingStrategy
{
    /// <summary>One strategy.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TrainingStrategy First
    {
        get;
        init => field = Require.NotNull(value);
    } = Require.NotNull(First);

    /// <summary>Another one, for other parts of the rule.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TrainingStrategy Second
    {
        get;
        init => field = Require.NotNull(value);
    } = Require.NotNull(Second);

    private static readonly TrainingRule Plain = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Both strategies set the same part.</exception>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        var (first, second) = (First.RuleFor(epoch), Second.RuleFor(epoch));
        T Of<T>(Func<TrainingRule, T> place, string what) =>
            Equals(place(second), place(Plain)) ? place(first)
            : Equals(place(first), place(Plain)) ? place(second)
            : throw new ArgumentException(
                $"Both strategies of a combination decide about the {what}, and only one can; leave one of them out. "
                    + $"They are {First} and {Second}."
            );
        return new()
        {
            Head = Of(rule => rule.Head, "head"),
            SamplingWeights = Of(rule => rule.SamplingWeights, "sampling"),
            Perturbation = Of(rule => rule.Perturbation, "perturbation of images"),
            Mixing = Of(rule => rule.Mixing, "mixing"),
            Loss = Of(rule => rule.Loss, "loss"),
            Rewards = Of(rule => rule.Rewards, "rewards"),
        };
    }

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs)
    {
        First.Check(backbone, epochs);
        Second.Check(backbone, epochs);
    }
}

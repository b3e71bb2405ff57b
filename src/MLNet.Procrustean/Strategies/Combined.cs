using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Training;

namespace MLNet.Procrustean.Strategies;

/// <summary>The feature mixing of one strategy with the loss of another, such as <see cref="MajorFeatureWeakening"/> with <see cref="LogitAdjustment"/>.</summary>
/// <remarks>
/// Feature mixing (as in https://arxiv.org/abs/2104.01769) and the loss are two places of a <see cref="TrainingRule"/>, so that one of each can
/// be put together. Two methods that correct the same bias take weaker settings than either alone, or the large classes are given up.
/// </remarks>
/// <param name="Mixing">The strategy whose <see cref="TrainingRule.Mixing"/> is taken.</param>
/// <param name="Loss">The strategy whose <see cref="TrainingRule.Loss"/> is taken.</param>
public sealed record Combined(TrainingStrategy Mixing, TrainingStrategy Loss) : TrainingStrategy
{
    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch) => Loss.RuleFor(epoch) with { Mixing = Mixing.RuleFor(epoch).Mixing };

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs)
    {
        Mixing.Check(backbone, epochs);
        Loss.Check(backbone, epochs);
    }
}

namespace MLNet.Procrustean.Training;

/// <summary>Finds rewards that no training can follow.</summary>
internal static class RewardsCheck
{
    /// <summary>What is wrong with the rewards of a rule, in words that follow "The rule of epoch 1"; null for nothing.</summary>
    /// <param name="rule">Of any epoch.</param>
    /// <param name="first">How the first epoch learns from rewards; null where it has none.</param>
    /// <param name="classes">C.</param>
    public static string? ProblemOf(TrainingRule rule, QLearning? first, int classes)
    {
        var rewards = rule.Rewards;
        return rewards?.Learning != first
                ? $"learns from {(rewards is null ? "no rewards" : $"rewards by {rewards.Learning}")}, and in epoch 1 from "
                    + $"{(first is null ? "none" : $"rewards by {first}")}; Q-learning cannot begin or end within a training"
            : rewards is null ? null
            : rule.Perturbation is not null || rule.Mixing is not null || rule.Loss != Losses.CrossEntropy
                ? "has rewards, and a perturbation of images, a mixing or a loss beside them; Q-learning has its own loss, of images as "
                    + "they are: leave the others out"
            : rewards.Values.IsDefault
            || rewards.EndsEpisode.IsDefault
            || rewards.Values.Length != classes
            || rewards.EndsEpisode.Length != classes
                ? $"has rewards that are not those of the {classes} classes; give one value and one end of episodes for each"
            : rewards.Values.All(double.IsFinite) ? null
            : "has rewards that are not finite";
    }
}

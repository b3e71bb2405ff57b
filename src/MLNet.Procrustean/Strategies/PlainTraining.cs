namespace MLNet.Procrustean;

/// <summary>Plain training (empirical risk minimisation): every image once per epoch, no mixing, cross entropy.</summary>
public sealed record PlainTraining : TrainingStrategy
{
    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch) => new();
}

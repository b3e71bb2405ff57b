namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>Plain training that calls back in each step, from within the forward pass.</summary>
/// <param name="Step">Called with the number of the step, from 1.</param>
internal sealed record StepCounting(Action<int> Step) : TrainingStrategy
{
    private int steps;

    public override TrainingRule RuleFor(EpochContext epoch) =>
        new()
        {
            Loss = (logits, labels) =>
            {
                if (logits.requires_grad) // not in the rehearsal before training
                {
                    Step(++steps);
                }

                return Losses.CrossEntropy(logits, labels);
            },
        };
}

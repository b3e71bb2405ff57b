namespace MLNet.Procrustean;

/// <summary>A way to train on imbalanced classes: a pure function from an epoch's circumstances to the rule of that epoch.</summary>
/// <remarks>
/// The record is the method's whole configuration. <see cref="MajorFeatureWeakening"/> shows what one looks like; a strategy of
/// your own derives from this record in the same way and is given to <see cref="ImageClassifierOptions.Strategy"/>.
/// </remarks>
public abstract record TrainingStrategy
{
    /// <summary>
    /// How an epoch is to be trained. Before the training, this is called a few times for every epoch, on the CPU; then once for each
    /// epoch, also of the head where that is trained first, before its first step, and once more on the CPU, to find the epochs at which
    /// the rule changes.
    /// </summary>
    /// <param name="epoch">Which epoch, on which device, with which class counts and measured progress.</param>
    /// <returns>The rule that the loop follows. Its tensors live as long as the epoch.</returns>
    public abstract TrainingRule RuleFor(EpochContext epoch);

    /// <summary>Refuses, before any image is read, a training that the strategy cannot carry out; by default, it refuses nothing.</summary>
    /// <param name="backbone">The network that is about to be trained.</param>
    /// <param name="epochs">The number of epochs of the whole training.</param>
    /// <exception cref="ArgumentException">The strategy cannot carry it out; the message says why and what to change.</exception>
    public virtual void Check(Backbone backbone, int epochs) { }
}

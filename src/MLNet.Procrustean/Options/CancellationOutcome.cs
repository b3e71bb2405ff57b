namespace MLNet.Procrustean;

/// <summary>The result of a training that was cancelled.</summary>
public enum CancellationOutcome
{
    /// <summary><see cref="OperationCanceledException"/> is thrown, and there is no model.</summary>
    Throw,

    /// <summary>
    /// A model with the best weights so far is returned: those of the best epoch where <see cref="ImageClassifierOptions.Keep"/> says so,
    /// else those of the last one that ended. Before the first epoch has ended there are no such weights, and
    /// <see cref="OperationCanceledException"/> is thrown here too. With a <see cref="ImageClassifierOptions.CheckpointPath"/> the training
    /// can still be finished: the same fit resumes where it was cancelled.
    /// </summary>
    KeepBest,
}

namespace MLNet.Procrustean.Training;

/// <summary>A point between two steps at which a training can be saved and resumed.</summary>
internal enum SavePoint
{
    /// <summary>After a step within an epoch.</summary>
    Step,

    /// <summary>After the last step of an epoch.</summary>
    EpochEnd,

    /// <summary>The training was cancelled, and ends here.</summary>
    Cancellation,
}

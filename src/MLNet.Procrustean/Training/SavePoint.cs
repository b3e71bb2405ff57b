namespace MLNet.Procrustean.Training;

/// <summary>Where a training can be left and resumed: it stands between two steps there.</summary>
internal enum SavePoint
{
    /// <summary>After a step within an epoch.</summary>
    Step,

    /// <summary>After the last step of an epoch.</summary>
    EpochEnd,

    /// <summary>The training was cancelled, and ends here.</summary>
    Cancellation,
}

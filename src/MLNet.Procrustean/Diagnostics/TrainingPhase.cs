namespace MLNet.Procrustean;

/// <summary>What a training is doing, in the order in which it does it.</summary>
public enum TrainingPhase
{
    /// <summary>The labels are read, and with them the rows counted.</summary>
    ReadingLabels,

    /// <summary>The images are read and decoded: first those to train on, then those of a validation set.</summary>
    ReadingImages,

    /// <summary>
    /// What the frozen stages make of the images is computed once and kept: first of those to train on, then of the validation images.
    /// Features that a cache has are not computed.
    /// </summary>
    ComputingFeatures,

    /// <summary>The network is trained, epoch after epoch.</summary>
    Training,
}

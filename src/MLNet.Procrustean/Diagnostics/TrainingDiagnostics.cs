using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>How often, and by how many images, a training is diagnosed. Diagnosing never changes what is trained.</summary>
/// <remarks>
/// Measuring an image takes about a third of the time of training on it, so that the cost is a third of the measured share of the training
/// images: little where the frequent classes have many times <see cref="ImagesPerClass"/> images. Otherwise diagnose fewer epochs.
/// </remarks>
public sealed record TrainingDiagnostics
{
    /// <summary>Diagnoses every n-th epoch, at least 1, and always the last one. The default is 1: every epoch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int EveryEpochs
    {
        get;
        init => field = Require.AtLeast(value, 1, nameof(EveryEpochs));
    } = 1;

    /// <summary>
    /// The most training images of each class to measure, at least 2: drawn once per training by its seed. The default is 50.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 2.</exception>
    public int ImagesPerClass
    {
        get;
        init => field = Require.AtLeast(value, 2, nameof(ImagesPerClass));
    } = 50;
}

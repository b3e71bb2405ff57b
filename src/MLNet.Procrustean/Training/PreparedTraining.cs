using MLNet.Procrustean.Data;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Replicas;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// The checked input of a training: its images in memory or in a cache, its classes, and the head that the strategy asks for.
/// </summary>
/// <param name="Images">To train on, and to measure each epoch by; disposed with this.</param>
/// <param name="Labels">The classes as the data has them.</param>
/// <param name="Classes">The classes with their numbers of training images.</param>
/// <param name="Head">Of the network.</param>
/// <param name="Skipped">The images that are left out because they cannot be read.</param>
/// <param name="Seed">Of everything random.</param>
/// <param name="Device">Where the network is trained.</param>
internal sealed record PreparedTraining(
    TrainingImages Images,
    ClassLabels Labels,
    ClassCounts Classes,
    ClassifierHead Head,
    IReadOnlyList<ImageException> Skipped,
    int Seed,
    Device Device
) : IDisposable
{
    /// <summary>The processes that train together; by default, this one alone.</summary>
    public ProcessGroup Processes { get; init; } = new(replicas: null);

    public void Dispose() => Images.Dispose();
}

using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>What a strategy may base an epoch's rule on.</summary>
/// <param name="Number">
/// The epoch, counted from 1; while the head is trained first, the one at the same share of the training that follows (see
/// <see cref="ImageClassifierOptions.HeadEpochs"/>).
/// </param>
/// <param name="Total">The number of epochs of the whole training, without those of the head.</param>
/// <param name="Classes">The number of training images of each class, n_c.</param>
/// <param name="Device">The device for the tensors of the rule.</param>
public sealed record EpochContext(int Number, int Total, ClassCounts Classes, Device Device)
{
    /// <summary>
    /// The measured progress: for each class the share of its images that the epoch before classified correctly while it trained on them,
    /// with its mixing and augmentation; NaN for a class of which it drew none. Null in the first epoch and in the first one of the head,
    /// and where a rule is asked for before the training: what it says there must hold for any progress, but for numbers such as shares
    /// and weights.
    /// </summary>
    public ImmutableArray<double>? TrainingAccuracy { get; init; }

    /// <summary>A value for each class, as a function of its count.</summary>
    /// <param name="ofCount">n_c → value.</param>
    /// <returns>[C], float32, on the device.</returns>
    public Tensor PerClass(Func<long, double> ofCount) => tensor(Classes.Counts.Select(n => (float)ofCount(n)).ToArray()).OnDevice(Device);

    /// <summary>Circumstances that an epoch may have, to try a strategy before the training: without and with progress.</summary>
    internal static IEnumerable<EpochContext> Possible(int number, int total, ClassCounts classes, Device device)
    {
        var without = new EpochContext(number, total, classes, device);
        return [without, without with { TrainingAccuracy = [.. classes.Counts.Select(n => (double)n / classes.Largest)] }];
    }
}

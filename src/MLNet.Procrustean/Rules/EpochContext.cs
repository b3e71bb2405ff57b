using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>What a strategy may base an epoch's rule on.</summary>
/// <param name="Number">The epoch, counted from 1.</param>
/// <param name="Total">The number of epochs of the whole training.</param>
/// <param name="Classes">The number of training images of each class, n_c.</param>
/// <param name="Device">The device for the tensors of the rule.</param>
public sealed record EpochContext(int Number, int Total, ClassCounts Classes, Device Device)
{
    /// <summary>A value for each class, as a function of its count.</summary>
    /// <param name="ofCount">n_c → value.</param>
    /// <returns>[C], float32, on the device.</returns>
    public Tensor PerClass(Func<long, double> ofCount) => tensor(Classes.Counts.Select(n => (float)ofCount(n)).ToArray()).OnDevice(Device);
}

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>Multiplies each channel by a factor from 0 to 1 that depends on the means of all channels.</summary>
/// <remarks>
/// Hu, Shen, Sun, "Squeeze-and-Excitation Networks" (arXiv 1709.01507), with the hard sigmoid min(max(z + 3, 0), 6)/6 of MobileNetV3. The
/// factors are computed in single precision: they take no time, and bfloat16 has too few bits for a mean.
/// </remarks>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly FullyConnected fc1;
    private readonly FullyConnected fc2;

    public SqueezeExcitation(int channels, int squeezed, Device? device = null)
        : base(nameof(SqueezeExcitation))
    {
        fc1 = new FullyConnected(channels, squeezed, device);
        fc2 = new FullyConnected(squeezed, channels, device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var means = x.mean([2, 3], type: ScalarType.Float32); // [B, F]
        var factors = fc2.call(fc1.call(means).relu_()).hardsigmoid().to(x.dtype);
        return x.mul(factors.unsqueeze(2).unsqueeze(3)).MoveToOuterDisposeScope();
    }
}

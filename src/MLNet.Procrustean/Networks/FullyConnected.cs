using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>A fully connected layer within a network, in single precision: [B, D] → [B, F].</summary>
/// <remarks>TorchSharp's own module draws its weights from the global generator.</remarks>
internal sealed class FullyConnected : nn.Module<Tensor, Tensor>
{
    public FullyConnected(int input, int output, Device? device = null)
        : base(nameof(FullyConnected))
    {
        register_parameter("weight", nn.Parameter(zeros(output, input, device: device))); // drawn by WeightInitialisation
        register_parameter("bias", nn.Parameter(zeros(output, device: device)));
    }

    /// <summary>[F, D]. Looked up each time, since moving the module to a GPU replaces it.</summary>
    public Parameter Weight => get_parameter("weight")!;

    public override Tensor forward(Tensor x) => nn.functional.linear(x, Weight, get_parameter("bias"));
}

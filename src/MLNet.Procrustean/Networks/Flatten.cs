using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>All features of all pixels in single precision: [B, F, H, W] → [B, F · H · W], channel by channel.</summary>
internal sealed class Flatten() : Module<Tensor, Tensor>(nameof(Flatten))
{
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.flatten(1).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}

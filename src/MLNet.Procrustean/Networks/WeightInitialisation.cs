using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>Draws a network's initial weights and lays them out in memory for speed.</summary>
internal static class WeightInitialisation
{
    /// <summary>
    /// Convolutions: N(0, 2/fan-out); the classifier and other fully connected layers: N(0, 1/features), zero bias; batch normalisation: 1
    /// and 0.
    /// </summary>
    /// <remarks>
    /// He et al., "Delving Deep into Rectifiers" (arXiv 1502.01852), equation 14. All random numbers come from a generator of their own, so
    /// that neither the global generator nor another training in the same process affects them.
    /// </remarks>
    public static void Apply(StagedNetwork network, int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var random = RandomStream.Initialisation.Generator(seed, epoch: 0);
        foreach (var module in network.modules())
        {
            switch (module)
            {
                case Convolution convolution:
                    convolution.Weight.normal_(0, Math.Sqrt(2.0 / convolution.FanOut), random);
                    break;
                case FullyConnected layer:
                    layer.Weight.normal_(0, Math.Sqrt(1.0 / layer.Weight.shape[1]), random);
                    break;
                case Head head:
                    head.Weight.normal_(0, Math.Sqrt(1.0 / head.Weight.shape[1]), random);
                    break;
            }
        }

        foreach (var (_, parameter) in network.named_parameters())
        {
            if (parameter.dim() == 4)
            {
                parameter.set_(ChannelsLast(parameter));
            }

            parameter.DetachFromDisposeScope(); // the caller may be inside a scope of its own
        }

        foreach (var (_, buffer) in network.named_buffers())
        {
            buffer.DetachFromDisposeScope();
        }
    }

    /// <summary>The same values [N, C, H, W] stored with the channels innermost, which convolutions on CPU and GPU prefer.</summary>
    public static Tensor ChannelsLast(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}

using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Tensors as bytes, to compare them bit for bit.</summary>
internal static class NetworkBits
{
    /// <summary>All weights and running statistics, one after the other.</summary>
    public static byte[] Of(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        return [.. network.state_dict().SelectMany(named => Of(named.Value))];
    }

    public static byte[] Of(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().contiguous().bytes.ToArray();
    }
}

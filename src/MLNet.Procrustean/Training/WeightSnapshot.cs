using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>A copy of all of a network's weights and running statistics, to return to.</summary>
internal sealed class WeightSnapshot : IDisposable
{
    private readonly List<Tensor> copies;

    private WeightSnapshot(List<Tensor> copies) => this.copies = copies;

    public static WeightSnapshot Of(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return new([.. State(network).Select(tensor => tensor.clone().DetachFromDisposeScope())]);
    }

    /// <summary>Whether all weights and running statistics are finite numbers.</summary>
    public static bool IsFinite(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var finite = State(network).Where(tensor => tensor.is_floating_point()).Select(tensor => tensor.isfinite().all()).ToArray();
        return stack(finite).all().item<bool>();
    }

    public void Restore(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (tensor, copy) in State(network).Zip(copies))
        {
            tensor.copy_(copy);
        }
    }

    public void Dispose() => copies.ForEach(copy => copy.Dispose());

    private static IEnumerable<Tensor> State(StagedNetwork network) =>
        network.named_parameters().Select(named => (Tensor)named.parameter).Concat(network.named_buffers().Select(named => named.buffer));
}

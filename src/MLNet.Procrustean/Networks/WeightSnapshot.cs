using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>A copy of all of a network's weights and running statistics, to return to.</summary>
internal sealed class WeightSnapshot : IDisposable
{
    private readonly List<(string Name, Tensor Values)> copies;

    private WeightSnapshot(List<(string Name, Tensor Values)> copies) => this.copies = copies;

    /// <summary>The copies, by the names that they have in the network.</summary>
    public IReadOnlyList<(string Name, Tensor Values)> Named => copies;

    public static WeightSnapshot Of(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return new([.. State(network).Select(named => (named.Name, named.Values.clone().DetachFromDisposeScope()))]);
    }

    /// <summary>Whether all weights and running statistics are finite numbers.</summary>
    public static bool IsFinite(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var finite = State(network)
            .Where(named => named.Values.is_floating_point())
            .Select(named => named.Values.isfinite().all())
            .ToArray();
        return stack(finite).all().item<bool>();
    }

    public void Restore(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (weight, copy) in State(network).Zip(copies))
        {
            weight.Values.copy_(copy.Values);
        }
    }

    /// <summary>Copies all weights and running statistics of a network into another one of the same kind.</summary>
    public static void Copy(StagedNetwork from, StagedNetwork to)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (copy, weight) in State(to).Zip(State(from)))
        {
            copy.Values.copy_(weight.Values);
        }
    }

    /// <summary>w ← s · copy + (1 − s) · w for all weights and running statistics w of the network, with s the share.</summary>
    public void BlendInto(StagedNetwork network, double share)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (weight, copy) in State(network).Zip(copies).Where(pair => pair.First.Values.is_floating_point()))
        {
            weight.Values.copy_(copy.Values.Times(share).Plus(weight.Values.Times(1 - share)));
        }
    }

    /// <summary>Restores all but the head, whose kind and size may differ.</summary>
    public void RestoreAllButHead(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var byName = copies.ToDictionary(copy => copy.Name, copy => copy.Values);
        foreach (var (name, values) in NetworkWeights.WithoutHead(network))
        {
            values.copy_(byName[name]);
        }
    }

    public void Dispose() => copies.ForEach(copy => copy.Values.Dispose());

    private static IEnumerable<(string Name, Tensor Values)> State(StagedNetwork network) =>
        network.named_parameters().Select(named => (named.name, (Tensor)named.parameter)).Concat(network.named_buffers());
}

using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>Moves a network's weights and running statistics to and from named arrays.</summary>
internal static class NetworkWeights
{
    public static List<NamedArray> Capture(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        return Capture(network.state_dict().Select(pair => (pair.Key, pair.Value)));
    }

    public static List<NamedArray> Capture(IEnumerable<(string Name, Tensor Values)> tensors)
    {
        using var scope = NewDisposeScope();
        return [.. tensors.Select(named => ToArray(named.Name, named.Values.detach().cpu().contiguous()))];
    }

    /// <summary>Copies the arrays into the network; where one does not fit, none is copied.</summary>
    /// <exception cref="InvalidDataException">The arrays are not those of the network.</exception>
    public static void Restore(IReadOnlyList<NamedArray> arrays, StagedNetwork network, string backbone)
    {
        using var scope = NewDisposeScope();
        Copy(arrays, network.state_dict().Select(pair => (pair.Key, pair.Value)), backbone);
    }

    /// <summary>Copies the arrays into all parts but the head; where one does not fit, none is copied.</summary>
    /// <exception cref="InvalidDataException">The arrays are not those of the network without its head.</exception>
    public static void RestoreWithoutHead(IReadOnlyList<NamedArray> arrays, StagedNetwork network, string backbone)
    {
        using var scope = NewDisposeScope();
        Copy(arrays, WithoutHead(network), backbone);
    }

    /// <summary>Pairs each tensor with the array of its name, type and shape.</summary>
    /// <exception cref="InvalidDataException">An array is missing, unknown, or of another type or shape.</exception>
    public static List<(NamedArray Array, Tensor Tensor)> Match(
        IReadOnlyList<NamedArray> arrays,
        IEnumerable<(string Name, Tensor Tensor)> wanted,
        string backbone
    )
    {
        var given = arrays.ToDictionary(array => array.Name);
        var pairs = new List<(NamedArray, Tensor)>();
        foreach (var (name, tensor) in wanted)
        {
            if (!given.Remove(name, out var array))
            {
                throw new InvalidDataException($"The weights are not those of the backbone {backbone}: the weight '{name}' is missing.");
            }

            if (array.Type != TypeOf(tensor) || !array.Shape.SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException(
                    $"The weights are not those of the backbone {backbone}: '{name}' is {array.Type} [{string.Join(", ", array.Shape)}], "
                        + $"and should be {TypeOf(tensor)} [{string.Join(", ", tensor.shape)}]."
                );
            }

            pairs.Add((array, tensor));
        }

        return given.Count == 0
            ? pairs
            : throw new InvalidDataException(
                $"The weights are not those of the backbone {backbone}: it has no weight '{given.Keys.First()}'."
            );
    }

    /// <summary>
    /// The first value that no training gives, and that gives no score: one that is not finite, or a negative variance; null for none.
    /// </summary>
    public static float? ImpossibleValue(NamedArray array)
    {
        var smallest = array.Name.EndsWith("running_var", StringComparison.Ordinal) ? 0 : float.MinValue;
        foreach (var value in array.Type == "F32" ? MemoryMarshal.Cast<byte, float>(array.Bytes) : [])
        {
            if (!(value >= smallest && value <= float.MaxValue)) // no comparison with NaN holds
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The values as a tensor of their shape.</summary>
    public static Tensor ToTensor(NamedArray array)
    {
        var tensor = empty(array.Shape, array.Type == "I64" ? ScalarType.Int64 : ScalarType.Float32);
        array.Bytes.CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>The weights and running statistics of all parts but the last layer.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> WithoutHead(StagedNetwork network) =>
        network
            .state_dict()
            .Where(named => !named.Key.StartsWith(StagedNetwork.HeadPrefix, StringComparison.Ordinal))
            .Select(named => (named.Key, named.Value));

    private static void Copy(IReadOnlyList<NamedArray> arrays, IEnumerable<(string Name, Tensor Tensor)> wanted, string backbone)
    {
        using var noGradient = no_grad();
        foreach (var (array, tensor) in Match(arrays, wanted, backbone))
        {
            using var part = NewDisposeScope(); // at most one array is in memory twice
            tensor.copy_(ToTensor(array));
        }
    }

    private static string TypeOf(Tensor tensor) => tensor.dtype == ScalarType.Int64 ? "I64" : "F32";

    private static NamedArray ToArray(string name, Tensor tensor) => new(name, TypeOf(tensor), tensor.shape, tensor.bytes.ToArray());
}

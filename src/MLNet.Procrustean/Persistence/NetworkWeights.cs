using System.Runtime.InteropServices;
using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Persistence;

/// <summary>Moves a network's weights and running statistics to and from named arrays.</summary>
internal static class NetworkWeights
{
    public static List<NamedArray> Read(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        return Read(network.state_dict().Select(pair => (pair.Key, pair.Value)));
    }

    public static List<NamedArray> Read(IEnumerable<(string Name, Tensor Values)> tensors)
    {
        using var scope = NewDisposeScope();
        return [.. tensors.Select(named => ToArray(named.Name, named.Values.detach().cpu().contiguous()))];
    }

    /// <exception cref="InvalidDataException">The arrays are not those of the network.</exception>
    public static void Write(IReadOnlyList<NamedArray> arrays, StagedNetwork network, string backbone)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var given = arrays.ToDictionary(array => array.Name);
        var wanted = network.state_dict();
        var unknown = given.Keys.Except(wanted.Keys).FirstOrDefault();
        if (unknown is not null)
        {
            throw new InvalidDataException($"The weights are not those of the backbone {backbone}: it has no weight '{unknown}'.");
        }

        foreach (var (name, tensor) in wanted)
        {
            var array = given.GetValueOrDefault(name)
                ?? throw new InvalidDataException($"The weights are not those of the backbone {backbone}: the weight '{name}' is missing.");
            if (array.Type != TypeOf(tensor) || !array.Shape.SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException($"The weights are not those of the backbone {backbone}: '{name}' is {array.Type} [{string.Join(", ", array.Shape)}], and should be {TypeOf(tensor)} [{string.Join(", ", tensor.shape)}].");
            }

            tensor.copy_(ToTensor(array));
        }
    }

    private static NamedArray ToArray(string name, Tensor tensor) =>
        new(name, TypeOf(tensor), tensor.shape, tensor.bytes.ToArray());

    public static Tensor ToTensor(NamedArray array) => array.Type == "I64"
        ? tensor(MemoryMarshal.Cast<byte, long>(array.Bytes).ToArray()).reshape(array.Shape)
        : tensor(MemoryMarshal.Cast<byte, float>(array.Bytes).ToArray()).reshape(array.Shape);

    private static string TypeOf(Tensor tensor) => tensor.dtype == ScalarType.Int64 ? "I64" : "F32";
}

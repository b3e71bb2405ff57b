using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Export;

/// <summary>The weights of a model file, of which each is taken once, by the name and shape that its network says.</summary>
internal sealed class GivenWeights
{
    private readonly Dictionary<string, NamedArray> left = [];
    private readonly string backbone;

    /// <exception cref="InvalidDataException">Two of them have one name.</exception>
    public GivenWeights(IEnumerable<NamedArray> weights, string backbone)
    {
        this.backbone = backbone;
        foreach (var array in weights)
        {
            if (!left.TryAdd(array.Name, array))
            {
                throw Misfit($"there are two of the name '{array.Name}'");
            }
        }
    }

    /// <summary>The bytes of a weight in single precision.</summary>
    /// <exception cref="InvalidDataException">There is no such weight, or it is of another type or shape.</exception>
    public byte[] Bytes(string name, params long[] shape) => Take(name, "F32", shape);

    /// <summary>The numbers of a weight.</summary>
    /// <exception cref="InvalidDataException">There is no such weight, or it is of another type or shape.</exception>
    public ReadOnlySpan<float> Numbers(string name, params long[] shape) => MemoryMarshal.Cast<byte, float>(Bytes(name, shape));

    /// <summary>Takes a number that training counts with, and scoring does not need.</summary>
    /// <exception cref="InvalidDataException">There is no such number.</exception>
    public void Drop(string name) => Take(name, "I64", []);

    /// <exception cref="InvalidDataException">The network has no such weight.</exception>
    public void CheckNoneLeft()
    {
        if (left.Count > 0)
        {
            throw Misfit($"it has no weight '{left.Keys.First()}'");
        }
    }

    private byte[] Take(string name, string type, long[] shape)
    {
        if (!left.Remove(name, out var array))
        {
            throw Misfit($"the weight '{name}' is missing");
        }

        return array.Type == type && array.Shape.SequenceEqual(shape) && array.Bytes.Length == WeightTypes.BytesOf(type, shape, name)
            ? array.Bytes
            : throw Misfit(
                $"'{name}' is {array.Type} [{string.Join(", ", array.Shape)}] of {array.Bytes.Length} bytes, "
                    + $"and should be {type} [{string.Join(", ", shape)}]"
            );
    }

    private InvalidDataException Misfit(string what) => new($"The weights are not those of the backbone {backbone}: {what}.");
}

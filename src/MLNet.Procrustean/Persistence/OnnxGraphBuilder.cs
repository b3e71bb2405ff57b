using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace MLNet.Procrustean.Persistence;

/// <summary>An ONNX graph that grows operation by operation: each gives the name of its result, which the next ones take.</summary>
/// <remarks>https://github.com/onnx/onnx/blob/main/docs/Operators.md describes the operations and their attributes.</remarks>
internal sealed class OnnxGraphBuilder
{
    private int names;

    public GraphProto Graph { get; } = new();

    public static AttributeProto Integer(string name, long value) =>
        new()
        {
            Name = name,
            Type = AttributeType.Int,
            I = value,
        };

    public static AttributeProto Integers(string name, params long[] values) =>
        new()
        {
            Name = name,
            Type = AttributeType.Ints,
            Ints = { values },
        };

    public static AttributeProto Number(string name, float value) =>
        new()
        {
            Name = name,
            Type = AttributeType.Float,
            F = value,
        };

    /// <summary>Adds an operation.</summary>
    /// <param name="type">For instance <c>Conv</c>.</param>
    /// <param name="inputs">The names of its inputs, in their order; an empty one is left out.</param>
    /// <param name="attributes">Those that are not the operation's own defaults.</param>
    /// <returns>The name of its first result.</returns>
    public string Node(string type, string[] inputs, params AttributeProto[] attributes)
    {
        var name = $"{type}_{names++}";
        Graph.Node.Add(
            new NodeProto
            {
                Name = name,
                OpType = type,
                Input = { inputs },
                Output = { name },
                Attribute = { attributes },
            }
        );
        return name;
    }

    /// <summary>Adds an array in single precision.</summary>
    /// <param name="name">Its name, unique in the graph.</param>
    /// <param name="values">The numbers, little-endian. They are not copied: nobody may change them from now on.</param>
    /// <param name="shape">The size of each dimension.</param>
    /// <returns>The name.</returns>
    public string Singles(string name, byte[] values, params long[] shape) => Array(name, DataType.Float, values, shape);

    /// <summary>Adds an array in single precision.</summary>
    /// <returns>The name.</returns>
    public string Singles(string name, IEnumerable<float> values, params long[] shape) =>
        Singles(name, MemoryMarshal.AsBytes<float>(values.ToArray()).ToArray(), shape);

    /// <summary>Adds a list of integers, which many operations take for what could be an attribute.</summary>
    /// <returns>Its name.</returns>
    public string List(params long[] values) =>
        Array($"list_{names++}", DataType.Int64, MemoryMarshal.AsBytes<long>(values).ToArray(), values.Length);

    /// <summary>Adds an input of the graph; a size of 0 is any number of images, N.</summary>
    /// <returns>The name.</returns>
    public string Input(string name, DataType type, string description, params long[] shape)
    {
        Graph.Input.Add(Value(name, type, description, shape));
        return name;
    }

    /// <summary>Makes the result of an operation an output of the graph, in single precision and under a name of its own.</summary>
    public void Output(string name, string result, string description, params long[] shape)
    {
        foreach (var node in Graph.Node)
        {
            Rename(node.Input);
            Rename(node.Output);
        }

        Graph.Output.Add(Value(name, DataType.Float, description, shape));

        void Rename(IList<string> found)
        {
            for (var i = 0; i < found.Count; i++)
            {
                found[i] = found[i] == result ? name : found[i];
            }
        }
    }

    private string Array(string name, DataType type, byte[] bytes, params long[] shape)
    {
        Graph.Initializer.Add(
            new TensorProto
            {
                Name = name,
                DataType = (int)type,
                Dims = { shape },
                RawData = UnsafeByteOperations.UnsafeWrap(bytes),
            }
        );
        return name;
    }

    private static ValueInfoProto Value(string name, DataType type, string description, long[] shape)
    {
        var sizes = new TensorShapeProto();
        sizes.Dim.AddRange(
            shape.Select(size =>
                size == 0
                    ? new TensorShapeProto.Types.Dimension { DimParam = "N" }
                    : new TensorShapeProto.Types.Dimension { DimValue = size }
            )
        );
        return new()
        {
            Name = name,
            DocString = description,
            Type = new()
            {
                TensorType = new() { ElemType = (int)type, Shape = sizes },
            },
        };
    }
}

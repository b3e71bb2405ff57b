using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;

namespace MLNet.Procrustean.Persistence;

/// <summary>Reads a network from an ONNX file without trust in it.</summary>
/// <remarks>https://github.com/onnx/onnx/blob/main/docs/IR.md describes the format.</remarks>
internal static class OnnxFile
{
    private const int Deepest = 30; // nested messages: a graph in a node's attribute in a graph …
    private const int MostNodes = 10_000;

    /// <exception cref="InvalidDataException">The stream is not an ONNX file, is damaged, or keeps its weights in other files.</exception>
    public static OnnxGraph Read(Stream stream)
    {
        var model = Parse(stream);
        var graph = model.Graph
            ?? throw new InvalidDataException("The file is damaged or of another kind: as an ONNX file it has no graph. Export it again.");
        if (graph.Node.Count > MostNodes || graph.Initializer.Count > MostNodes)
        {
            throw new InvalidDataException(
                $"The ONNX file has {graph.Node.Count} operations and {graph.Initializer.Count} weights; at most {MostNodes} are read."
            );
        }

        var weights = new Dictionary<string, NamedArray>();
        foreach (var tensor in graph.Initializer)
        {
            weights[tensor.Name] = WeightOf(tensor, tensor.Name);
        }

        var nodes = graph.Node.Where(node => !IsWeight(node, weights)).Select(NodeOf).ToList();
        return new(
            model.ProducerName,
            [.. graph.Input.Select(input => input.Name).Where(name => !weights.ContainsKey(name))],
            nodes,
            weights
        );
    }

    /// <summary>The messages of a file, of which nothing but their nesting is checked.</summary>
    /// <exception cref="InvalidDataException">The stream is not an ONNX file, or is damaged.</exception>
    public static ModelProto Parse(Stream stream)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(CodedInputStream.CreateWithLimits(stream, int.MaxValue, Deepest));
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"The file is damaged or of another kind: it cannot be read as ONNX ({problem.Message}). Copy or export it again.",
                problem
            );
        }
    }

    // Exporters also write weights as constants, and weights that several operations share as copies of the first.
    private static bool IsWeight(NodeProto node, Dictionary<string, NamedArray> weights)
    {
        if (node.OpType == "Constant" && node.Attribute.FirstOrDefault(attribute => attribute.Name == "value")?.T is { } tensor)
        {
            return node.Output.Count == 1 && weights.TryAdd(node.Output[0], WeightOf(tensor, node.Output[0]));
        }

        return node.OpType == "Identity"
            && node.Output.Count == 1
            && node.Input.Count == 1
            && weights.TryGetValue(node.Input[0], out var shared)
            && weights.TryAdd(node.Output[0], shared);
    }

    private static NamedArray WeightOf(TensorProto tensor, string name)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            throw new InvalidDataException(
                $"The ONNX file keeps its weight '{name}' in another file; export it again with all weights in one file."
            );
        }

        var (type, bytes) = ((TensorProto.Types.DataType)tensor.DataType) switch
        {
            TensorProto.Types.DataType.Float => ("F32", BytesOr<float>(tensor, tensor.FloatData)),
            TensorProto.Types.DataType.Double => ("F64", BytesOr<double>(tensor, tensor.DoubleData)),
            TensorProto.Types.DataType.Float16 => ("F16", BytesOr<ushort>(tensor, tensor.Int32Data.Select(bits => (ushort)bits))),
            TensorProto.Types.DataType.Bfloat16 => ("BF16", BytesOr<ushort>(tensor, tensor.Int32Data.Select(bits => (ushort)bits))),
            TensorProto.Types.DataType.Int64 => ("I64", BytesOr<long>(tensor, tensor.Int64Data)),
            TensorProto.Types.DataType.Int32 => ("I32", BytesOr<int>(tensor, tensor.Int32Data)),
            var other => throw new InvalidDataException(
                $"The ONNX file has the weight '{name}' of type {other}, which cannot be read; export the network in single precision."
            ),
        };
        return WeightTypes.BytesOf(type, tensor.Dims, name) == bytes.Length
            ? WeightTypes.Widened(new(name, type, [.. tensor.Dims], bytes))
            : throw new InvalidDataException(
                $"The file is damaged: its weight '{name}' {type} [{string.Join(", ", tensor.Dims)}] has {bytes.Length} bytes. "
                    + "Copy or export it again."
            );
    }

    private static byte[] BytesOr<T>(TensorProto tensor, IEnumerable<T> numbers)
        where T : struct => tensor.RawData.Length > 0 ? BytesOf(tensor.RawData) : MemoryMarshal.AsBytes<T>(numbers.ToArray()).ToArray();

    // Not a copy, where the parser has put them into an array of their own: weights are most of a file.
    private static byte[] BytesOf(ByteString bytes) =>
        MemoryMarshal.TryGetArray(bytes.Memory, out var part) && part.Array!.Length == bytes.Length ? part.Array : bytes.ToByteArray();

    private static OnnxNode NodeOf(NodeProto node)
    {
        var integers = new Dictionary<string, long[]>();
        var numbers = new Dictionary<string, float>();
        var texts = new Dictionary<string, string>();
        foreach (var attribute in node.Attribute)
        {
            switch (attribute.Type)
            {
                case AttributeProto.Types.AttributeType.Int:
                    integers[attribute.Name] = [attribute.I];
                    break;
                case AttributeProto.Types.AttributeType.Ints:
                    integers[attribute.Name] = [.. attribute.Ints];
                    break;
                case AttributeProto.Types.AttributeType.Float:
                    numbers[attribute.Name] = attribute.F;
                    break;
                case AttributeProto.Types.AttributeType.String:
                    texts[attribute.Name] = attribute.S.ToStringUtf8();
                    break;
            }
        }

        return new(node.OpType, [.. node.Input], [.. node.Output], integers, numbers, texts);
    }
}

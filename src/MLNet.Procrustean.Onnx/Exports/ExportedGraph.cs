using System.Runtime.InteropServices;
using MLNet.Procrustean.Scoring;
using Onnx;

namespace MLNet.Procrustean.Onnx.Exports;

/// <summary>
/// Checks that the graph of a file does no more than an exported classifier's: ONNX Runtime would read other files that a graph names, and
/// compute whatever it asks for.
/// </summary>
internal static class ExportedGraph
{
    private const int MostNodes = 10_000;
    private const long LargestInteger = 1 << 16;
    private const string Concat = "Concat"; // once, for mirror images: a chain of them could double what it has again and again

    /// <exception cref="InvalidDataException">It does more, or is damaged; the message says where.</exception>
    public static void Check(ModelProto model)
    {
        var graph = model.Graph ?? throw Refused("it has no graph");
        if (model.IrVersion != OnnxExport.IrVersion || model.OpsetImport is not [{ Domain: "", Version: OnnxExport.Opset }])
        {
            throw Refused($"its operations are of another version than {OnnxExport.Opset}");
        }

        if (model.Functions.Count > 0 || model.TrainingInfo.Count > 0 || graph.SparseInitializer.Count > 0)
        {
            throw Refused("it has functions, training or sparse weights");
        }

        if (graph.Node.Count > MostNodes || graph.Initializer.Count > MostNodes)
        {
            throw Refused($"it has {graph.Node.Count} operations and {graph.Initializer.Count} weights");
        }

        foreach (var weight in graph.Initializer)
        {
            CheckWeight(weight);
        }

        var lists = graph.Initializer.Where(IsList).DistinctBy(list => list.Name).ToDictionary(list => list.Name, Longs);
        foreach (var node in graph.Node)
        {
            ExportedOperations.Check(node, lists);
        }

        if (graph.Node.Count(node => node.OpType == Concat) > 1)
        {
            throw Refused($"it has more than one operation '{Concat}'");
        }
    }

    /// <summary>Checks that there is one value of a name, of a type, and of a shape after the first dimension.</summary>
    /// <exception cref="InvalidDataException">There is not.</exception>
    public static void CheckValue(IEnumerable<ValueInfoProto> values, string name, TensorProto.Types.DataType type, params long[] shape)
    {
        var found = TypeOf(values, name);
        var lengths = found.Shape?.Dim.Skip(1).Select(dimension => dimension.DimValue) ?? [];
        if (found.ElemType != (int)type || !lengths.SequenceEqual(shape))
        {
            throw Refused($"'{name}' is not {type} [N, {string.Join(", ", shape)}]");
        }
    }

    /// <summary>The length of a value's rows, float [N, length].</summary>
    /// <exception cref="InvalidDataException">There is no such value.</exception>
    public static int Length(IEnumerable<ValueInfoProto> values, string name) =>
        TypeOf(values, name)
            is { ElemType: (int)TensorProto.Types.DataType.Float, Shape.Dim: [_, { DimValue: > 0 and <= LargestInteger and var length }] }
            ? (int)length
            : throw Refused($"'{name}' is not Float [N, D]");

    private static TypeProto.Types.Tensor TypeOf(IEnumerable<ValueInfoProto> values, string name) =>
        values.SingleOrDefault(value => value.Name == name)?.Type?.TensorType ?? throw Refused($"it has no '{name}'");

    private static void CheckWeight(TensorProto weight)
    {
        if (weight.DataLocation == TensorProto.Types.DataLocation.External || weight.ExternalData.Count > 0)
        {
            throw Refused($"its weight '{Short(weight.Name)}' is in another file");
        }

        var each = (TensorProto.Types.DataType)weight.DataType switch
        {
            TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Int32 => 4,
            TensorProto.Types.DataType.Float16 => 2,
            TensorProto.Types.DataType.Int64 => 8,
            TensorProto.Types.DataType.Int8 or TensorProto.Types.DataType.Uint8 => 1,
            var other => throw Refused($"its weight '{Short(weight.Name)}' is of type {other}"),
        };
        var bytes = weight.Dims.Aggregate((Int128)each, (product, size) => size is >= 0 and <= int.MaxValue ? product * size : -1);
        if (weight.Dims.Count > 8 || bytes != weight.RawData.Length)
        {
            throw Refused(
                $"its weight '{Short(weight.Name)}' [{string.Join(", ", weight.Dims.Take(8))}] has {weight.RawData.Length} bytes"
            );
        }
    }

    private static bool IsList(TensorProto weight) => weight.DataType == (int)TensorProto.Types.DataType.Int64;

    private static long[] Longs(TensorProto weight) => MemoryMarshal.Cast<byte, long>(weight.RawData.Span).ToArray();

    internal static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";

    internal static InvalidDataException Refused(string why) =>
        new($"The ONNX file is damaged, or it is not as MLNet.Procrustean exports it: {why}. Export it again.");
}

using Onnx;

namespace MLNet.Procrustean.Onnx.Exports;

/// <summary>
/// The operations of exported classifiers, with the numbers that they take: others could ask for memory without end, and some make ONNX
/// Runtime end the process.
/// </summary>
internal static class ExportedOperations
{
    private const long Largest = 1 << 16;

    private static readonly HashSet<string> Names =
    [
        "Add",
        "AveragePool",
        "Cast",
        "Concat",
        "Conv",
        "DequantizeLinear",
        "Div",
        "Flatten",
        "Gemm",
        "GlobalAveragePool",
        "HardSigmoid",
        "HardSwish",
        "Log",
        "Max",
        "MaxPool",
        "Mul",
        "Pad",
        "QuantizeLinear",
        "ReduceL2",
        "ReduceMean",
        "Relu",
        "Reshape",
        "Slice",
        "Softmax",
        "Sub",
        "Transpose",
    ];

    // Of attributes that are integers.
    private static readonly Dictionary<string, (long Smallest, long Largest)> Ranges = new()
    {
        ["kernel_shape"] = (1, 16),
        ["strides"] = (1, 16),
        ["pads"] = (0, 16),
        ["group"] = (1, Largest),
        ["axis"] = (0, 3),
        ["axes"] = (0, 3),
        ["perm"] = (0, 3),
        ["keepdims"] = (0, 1),
        ["transB"] = (0, 1),
        ["to"] = ((long)TensorProto.Types.DataType.Float, (long)TensorProto.Types.DataType.Float),
    };

    private static readonly HashSet<string> Numbers = ["alpha", "beta"]; // attributes that are floating-point numbers

    /// <param name="node">The operation.</param>
    /// <param name="lists">The integers that are inputs of operations, by their names.</param>
    /// <exception cref="InvalidDataException">It is not as an export has it.</exception>
    public static void Check(NodeProto node, IReadOnlyDictionary<string, long[]> lists)
    {
        var name = ExportedGraph.Short(node.OpType);
        if (node.Domain.Length > 0 || !Names.Contains(node.OpType))
        {
            throw ExportedGraph.Refused($"it has the operation '{name}'");
        }

        if (node.Attribute.FirstOrDefault(attribute => !IsKnown(attribute)) is { } unknown)
        {
            throw ExportedGraph.Refused($"the attribute '{ExportedGraph.Short(unknown.Name)}' of its operation '{name}' is another one");
        }

        var given = node.Input.Skip(1).Where(lists.ContainsKey).Select(input => lists[input]).ToList();
        var fits = node.OpType switch
        {
            "Slice" => given is [[-1], [long.MinValue], [2], [-1]] or [[0, 0], [long.MaxValue, long.MaxValue], [2, 3], [2, 2]],
            "Pad" => given is [[0, >= 0 and <= Largest, 0, 0, 0, >= 0 and <= Largest, 0, 0]] or [[0, 0, 0, 0, 0, 0, 0, 1]],
            "Reshape" => given is [[2, -1, > 0 and <= Largest]],
            _ => given.Count == 0,
        };
        if (!fits)
        {
            throw ExportedGraph.Refused($"the lists of its operation '{name}' are others");
        }
    }

    private static bool IsKnown(AttributeProto attribute) =>
        attribute.Type switch
        {
            AttributeProto.Types.AttributeType.Int => IsInRange(attribute.Name, attribute.I),
            AttributeProto.Types.AttributeType.Ints => attribute.Ints.All(number => IsInRange(attribute.Name, number)),
            AttributeProto.Types.AttributeType.Float => Numbers.Contains(attribute.Name),
            _ => false,
        };

    private static bool IsInRange(string name, long number) =>
        Ranges.TryGetValue(name, out var range) && number >= range.Smallest && number <= range.Largest;
}

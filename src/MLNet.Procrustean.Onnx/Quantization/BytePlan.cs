using Onnx;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>Which operations of an exported graph compute with bytes, and which tensors become bytes for them.</summary>
/// <remarks>
/// Convolutions, additions, means of pixels and products of two tensors do. What flows between them is rounded once: where a ReLU alone
/// follows, after it, and the ReLU is left out, since the range begins at 0. Operations that only choose or move numbers do so with bytes.
/// All others, from the pooled features on, compute in single precision: they are cheap, and decide.
/// </remarks>
internal sealed class BytePlan
{
    private readonly ILookup<string, NodeProto> users;
    private readonly HashSet<string> constants;
    private readonly HashSet<string> onePixel = []; // tensors of one pixel an image
    private readonly HashSet<string> bytes = [];
    private readonly Dictionary<string, string> results = [];
    private readonly List<string> measured = [];

    private BytePlan(GraphProto graph)
    {
        constants = [.. graph.Initializer.Select(weight => weight.Name)];
        users = graph.Node.SelectMany(node => node.Input.Select(input => (input, node))).ToLookup(use => use.input, use => use.node);
        foreach (var node in graph.Node)
        {
            Add(node);
        }
    }

    /// <summary>The tensors whose ranges must be known, by their names.</summary>
    public IReadOnlyList<string> Measured => measured;

    public static BytePlan Of(GraphProto graph) => new(graph);

    /// <summary>Whether an operation computes with bytes.</summary>
    public bool IsInBytes(NodeProto node) => results.ContainsKey(node.Output[0]);

    /// <summary>Whether an operation only chooses or moves bytes.</summary>
    public bool Moves(NodeProto node) => node.OpType is "MaxPool" or "Slice" or "Pad" && bytes.Contains(node.Input[0]);

    /// <summary>The name of the result of an operation in bytes: that of the ReLU which alone follows, or its own.</summary>
    public string ResultOf(NodeProto node) => results[node.Output[0]];

    /// <summary>Whether an operation is left out.</summary>
    public bool IsLeftOut(NodeProto node) =>
        node.OpType == "Relu" && results.TryGetValue(node.Input[0], out var name) && name == node.Output[0];

    /// <summary>Whether an operation is the last layer.</summary>
    public bool IsHead(NodeProto node) => node.OpType == "Gemm" && users[node.Output[0]].Any(user => user.OpType == "Softmax");

    private void Add(NodeProto node)
    {
        var (inputs, output) = (node.Input.Where(input => !constants.Contains(input)).ToArray(), node.Output[0]);
        if (node.OpType == "GlobalAveragePool" || Array.TrueForAll(inputs, onePixel.Contains))
        {
            onePixel.Add(output);
        }
        else if (ComputesInBytes(node.OpType, inputs.Length))
        {
            var result = users[output].ToArray() is [{ OpType: "Relu" } relu] ? relu.Output[0] : output;
            results[output] = result;
            Array.ForEach(inputs, Measure);
            Measure(result);
        }
        else if (Moves(node) || node.OpType == ByteGraph.Dequantize)
        {
            bytes.Add(output);
        }
    }

    private void Measure(string tensor)
    {
        if (bytes.Add(tensor))
        {
            measured.Add(tensor);
        }
    }

    private static bool ComputesInBytes(string operation, int inputs) =>
        operation switch
        {
            "Conv" or "AveragePool" => true,
            "Add" or "Mul" => inputs == 2,
            _ => false,
        };
}

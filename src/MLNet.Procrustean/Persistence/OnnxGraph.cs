namespace MLNet.Procrustean.Persistence;

/// <summary>A network in the ONNX format: its operations in an order in which they can be computed, and its weights.</summary>
/// <param name="Producer">The name of the program that wrote it.</param>
/// <param name="Inputs">The names of what is not a weight: the images.</param>
/// <param name="Nodes">The operations.</param>
/// <param name="Weights">By name, in single precision (F32) or as integers (I64).</param>
internal sealed record OnnxGraph(
    string Producer,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, NamedArray> Weights
);

/// <summary>One operation of a graph.</summary>
/// <param name="Type">For instance <c>Conv</c>.</param>
/// <param name="Inputs">Names of weights, of inputs of the graph and of outputs of other operations; an empty one is left out.</param>
/// <param name="Outputs">The names of its results.</param>
/// <param name="Integers">Attributes such as <c>strides</c>; one number is a list of one.</param>
/// <param name="Numbers">Attributes such as <c>epsilon</c>.</param>
/// <param name="Texts">Attributes such as <c>auto_pad</c>.</param>
internal sealed record OnnxNode(
    string Type,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, long[]> Integers,
    IReadOnlyDictionary<string, float> Numbers,
    IReadOnlyDictionary<string, string> Texts
)
{
    /// <summary>The integers of an attribute; where it is left out, the default.</summary>
    public long[] IntegersOr(string attribute, params long[] byDefault) => Integers.GetValueOrDefault(attribute, byDefault);
}

using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>An exported model that computes with bytes, in the form that ONNX runtimes recognise: see <see cref="BytePlan"/>.</summary>
/// <remarks>
/// An operation in bytes is written as the one of single precision between <c>DequantizeLinear</c> of its inputs, weight and bias and
/// <c>QuantizeLinear</c> of its result; a runtime replaces all of them by one, and one that cannot do so computes the same with rounding.
/// https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html describes the form.
/// </remarks>
internal sealed class ByteGraph
{
    /// <summary>The operation that makes single precision of bytes.</summary>
    public const string Dequantize = "DequantizeLinear";

    private const string Quantize = "QuantizeLinear";
    private readonly GraphProto result;
    private readonly BytePlan plan;
    private readonly IReadOnlyDictionary<string, ByteScale> scales;
    private readonly Dictionary<string, TensorProto> weights;
    private readonly Dictionary<string, Codes> codes = [];
    private int names;

    private ByteGraph(GraphProto graph, BytePlan plan, IReadOnlyDictionary<string, ByteScale> scales)
    {
        (this.plan, this.scales) = (plan, scales);
        result = new()
        {
            Name = graph.Name,
            Input = { graph.Input },
            Output = { graph.Output },
        };
        weights = graph.Initializer.ToDictionary(weight => weight.Name);
        foreach (var node in graph.Node.Where(node => !plan.IsLeftOut(node)))
        {
            Add(node.Clone());
        }

        var used = result.Node.SelectMany(node => node.Input).ToHashSet();
        result.Initializer.Add(graph.Initializer.Where(weight => used.Contains(weight.Name)));
    }

    /// <param name="model">What <see cref="PixelCodes"/> gives; it is not changed.</param>
    /// <param name="plan">Of its graph.</param>
    /// <param name="scales">Of each tensor that the plan measures.</param>
    public static ModelProto Of(ModelProto model, BytePlan plan, IReadOnlyDictionary<string, ByteScale> scales)
    {
        var small = model.Clone(); // shares the bytes of the weights
        small.Graph = new ByteGraph(model.Graph, plan, scales).result;
        return small;
    }

    private void Add(NodeProto node)
    {
        if (plan.IsInBytes(node))
        {
            AddInBytes(node);
        }
        else if (plan.Moves(node))
        {
            AddMove(node);
        }
        else if (node.OpType == Dequantize)
        {
            var (scale, zero) = (Numbers(node.Input[1])[0], weights[node.Input[2]].RawData[0]);
            codes[node.Output[0]] = new(node.Input[0], new(scale, zero), node.Input[1], node.Input[2]);
        }
        else
        {
            if (node.OpType is "Conv" or "Gemm" && !plan.IsHead(node))
            {
                node.Input[1] = Weight(node.Input[1], ByteWeights.Of(Numbers(node.Input[1]), (int)weights[node.Input[1]].Dims[0]));
            }

            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = Single(node.Input[i]);
            }

            result.Node.Add(node);
        }
    }

    private void AddInBytes(NodeProto node)
    {
        foreach (var input in node.Input.Where(scales.ContainsKey).Where(input => !codes.ContainsKey(input)).ToArray())
        {
            codes[input] = QuantizeAs(input, input);
        }

        if (node.OpType == "Conv")
        {
            var bias = Numbers(node.Input[2]);
            var scale = codes[node.Input[0]].Scale.Scale;
            var weight = ByteWeights.Of(Numbers(node.Input[1]), bias, scale);
            node.Input[2] = Bias(node.Input[2], weight.Bias(bias, scale), [.. weight.Scales.Select(each => each * scale)]);
            node.Input[1] = Weight(node.Input[1], weight);
        }

        for (var i = 0; i < node.Input.Count; i++)
        {
            node.Input[i] = Single(node.Input[i]);
        }

        result.Node.Add(node);
        var name = plan.ResultOf(node);
        codes[name] = QuantizeAs(node.Output[0], name);
    }

    // The zeros that a padding adds are the byte that stands for 0.
    private void AddMove(NodeProto node)
    {
        var source = codes[node.Input[0]];
        node.Input[0] = source.Name;
        if (node.OpType == "Pad")
        {
            node.Input.Add(source.ZeroName);
        }

        codes[node.Output[0]] = source with { Name = node.Output[0] };
        result.Node.Add(node);
    }

    private Codes QuantizeAs(string tensor, string measured)
    {
        var scale = scales[measured];
        var scaleName = Array($"{measured}.scale", DataType.Float, [scale.Scale]);
        var zeroName = Array($"{measured}.zero", DataType.Uint8, [scale.Zero]);
        return new(Node(Quantize, $"{measured}.bytes", [tensor, scaleName, zeroName]), scale, scaleName, zeroName);
    }

    // Each use has a node of its own, since runtimes join it with that use. What never became bytes stays.
    private string Single(string tensor) =>
        codes.TryGetValue(tensor, out var found)
            ? Node(Dequantize, $"{tensor}.single_{names++}", [found.Name, found.ScaleName, found.ZeroName])
            : tensor;

    private string Weight(string name, ByteWeights weight)
    {
        var (scale, zero) = (
            Array($"{name}.scale", DataType.Float, weight.Scales, weight.Scales.Length),
            Array($"{name}.zero", DataType.Int8, new sbyte[weight.Scales.Length], weight.Scales.Length)
        );
        var stored = Array($"{name}.bytes", DataType.Int8, weight.Codes, [.. weights[name].Dims]);
        return Node(Dequantize, $"{name}.single", [stored, scale, zero], Axis());
    }

    private string Bias(string name, int[] units, float[] unit)
    {
        var (scale, zero) = (
            Array($"{name}.scale", DataType.Float, unit, unit.Length),
            Array($"{name}.zero", DataType.Int32, new int[unit.Length], unit.Length)
        );
        return Node(Dequantize, $"{name}.single", [Array($"{name}.units", DataType.Int32, units, units.Length), scale, zero], Axis());
    }

    private ReadOnlySpan<float> Numbers(string weight) => MemoryMarshal.Cast<byte, float>(weights[weight].RawData.Span);

    private string Node(string type, string output, string[] inputs, params AttributeProto[] attributes)
    {
        result.Node.Add(
            new NodeProto
            {
                Name = output,
                OpType = type,
                Input = { inputs },
                Output = { output },
                Attribute = { attributes },
            }
        );
        return output;
    }

    private string Array<T>(string name, DataType type, T[] values, params long[] shape)
        where T : unmanaged
    {
        result.Initializer.Add(
            new TensorProto
            {
                Name = name,
                DataType = (int)type,
                Dims = { shape },
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values)),
            }
        );
        return name;
    }

    private static AttributeProto Axis() => Persistence.OnnxGraphBuilder.Integer("axis", 0); // one scale for each output channel

    /// <summary>A tensor in bytes.</summary>
    private sealed record Codes(string Name, ByteScale Scale, string ScaleName, string ZeroName);
}

using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>An exported model whose first convolution takes the pixels as the bytes that they are; it computes the same.</summary>
/// <remarks>
/// With the means μ_c and scales s_c of the channels and one byte z for all of them, (p − μ_c) · s_c = s_c · (p − z) + s_c · (z − μ_c). The
/// first part is a convolution of p − z with weights w · s_c. The second is one with a further channel, whose pixels all have the value v:
/// its weights are Σ_c w_c · s_c · (z − μ_c) / v. A bias could not do that, since paddings, which are zeros, have no part in it.
/// </remarks>
internal static class PixelCodes
{
    private const string Zero = "pixels.zero";
    private const string One = "pixels.scale";

    /// <param name="model">As it was exported; it is not changed.</param>
    public static ModelProto Of(ModelProto model)
    {
        var result = model.Clone(); // shares the bytes of the weights
        var graph = result.Graph;
        var cast = graph.Node.First(node => node.OpType == "Cast");
        var planes = graph.Node.Single(node => node.Output[0] == cast.Input[0]);
        var difference = UserOf(graph, cast);
        var product = UserOf(graph, difference);
        var convolution = UserOf(graph, product);
        var (means, scales) = (Weight(graph, difference.Input[1]), Weight(graph, product.Input[1]));
        var zero = (byte)Math.Round(Numbers(means).Average());
        var weight = Weight(graph, convolution.Input[1]);
        var value = Widen(weight, Numbers(means), Numbers(scales), zero);
        Add(graph, planes, cast, [zero], [(byte)(zero + value)]);
        convolution.Input[0] = cast.Output[0];
        graph.Node.Remove(difference);
        graph.Node.Remove(product);
        graph.Initializer.Remove(means);
        graph.Initializer.Remove(scales);
        return result;
    }

    // The further channel behind those of each pixel, and the bytes as numbers.
    private static void Add(GraphProto graph, NodeProto planes, NodeProto cast, byte[] zero, byte[] further)
    {
        graph.Initializer.Add(Constant(Zero, DataType.Uint8, zero));
        graph.Initializer.Add(Constant("pixels.further", DataType.Uint8, further));
        graph.Initializer.Add(Constant(One, DataType.Float, MemoryMarshal.AsBytes<float>([1])));
        graph.Initializer.Add(Constant("pixels.pads", DataType.Int64, MemoryMarshal.AsBytes<long>([0, 0, 0, 0, 0, 0, 0, 1]), 8));
        graph.Node.Insert(
            graph.Node.IndexOf(planes),
            new NodeProto
            {
                Name = "pixels.widened",
                OpType = "Pad",
                Input = { planes.Input[0], "pixels.pads", "pixels.further" },
                Output = { "pixels.widened" },
            }
        );
        planes.Input[0] = "pixels.widened";
        cast.OpType = ByteGraph.Dequantize;
        cast.Attribute.Clear();
        cast.Input.Add([One, Zero]);
    }

    // Gives v: the smallest one with which no weight of the further channel is larger than all others of its output. Rounding makes an
    // error of v times half a step of the weights, and the same one in each pixel.
    private static int Widen(TensorProto weight, float[] means, float[] scales, byte zero)
    {
        var (channels, area) = ((int)weight.Dims[1], (int)(weight.Dims[2] * weight.Dims[3]));
        var rows = Numbers(weight).Chunk(channels * area).Select(row => Row(row, means, scales, zero)).ToArray();
        var needed = rows.Max(row => row.Further.Max(Math.Abs) / Math.Max(row.Scaled.Max(Math.Abs), float.Epsilon));
        var value = (int)Math.Clamp(Math.Ceiling(needed), 1, sbyte.MaxValue) * (zero <= sbyte.MaxValue ? 1 : -1); // z + v is a byte too
        float[] wide =
        [
            .. rows.SelectMany(row => row.Scaled.Concat(row.Further.Select(sum => sum / value)).Select(number => (float)number)),
        ];
        weight.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(wide));
        weight.Dims[1]++;
        return value;
    }

    // Of one output: w_c · s_c, and Σ_c w_c · s_c · (z − μ_c) of each pixel of the kernel.
    private static (double[] Scaled, double[] Further) Row(float[] weight, float[] means, float[] scales, byte zero)
    {
        var area = weight.Length / means.Length;
        var (scaled, further) = (new double[weight.Length], new double[area]);
        for (var i = 0; i < weight.Length; i++)
        {
            scaled[i] = (double)weight[i] * scales[i / area];
            further[i % area] += scaled[i] * (zero - means[i / area]);
        }

        return (scaled, further);
    }

    private static NodeProto UserOf(GraphProto graph, NodeProto node) => graph.Node.Single(user => user.Input.Contains(node.Output[0]));

    private static TensorProto Weight(GraphProto graph, string name) => graph.Initializer.Single(weight => weight.Name == name);

    private static float[] Numbers(TensorProto weight) => MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray();

    private static TensorProto Constant(string name, DataType type, ReadOnlySpan<byte> bytes, params long[] shape) =>
        new()
        {
            Name = name,
            DataType = (int)type,
            Dims = { shape },
            RawData = ByteString.CopyFrom(bytes),
        };
}

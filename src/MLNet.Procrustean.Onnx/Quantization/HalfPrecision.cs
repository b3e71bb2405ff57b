using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>An exported model whose weights are stored in half precision, with a <c>Cast</c> to single precision behind each.</summary>
internal static class HalfPrecision
{
    /// <param name="model">As it was exported; it is not changed.</param>
    public static ModelProto Of(ModelProto model)
    {
        var small = model.Clone(); // shares the bytes of the weights
        var stored = small.Graph.Initializer.Where(IsWeight).Where(Fits).ToDictionary(weight => weight.Name);
        foreach (var input in small.Graph.Node.Select(node => node.Input))
        {
            for (var i = 0; i < input.Count; i++)
            {
                input[i] = stored.ContainsKey(input[i]) ? Single(input[i]) : input[i];
            }
        }

        foreach (var (place, weight) in stored.Values.Index())
        {
            weight.RawData = Halves(weight.RawData);
            weight.DataType = (int)DataType.Float16;
            small.Graph.Node.Insert(
                place,
                new NodeProto
                {
                    Name = Single(weight.Name),
                    OpType = "Cast",
                    Input = { weight.Name },
                    Output = { Single(weight.Name) },
                    Attribute = { Persistence.OnnxGraphBuilder.Integer("to", (long)DataType.Float) },
                }
            );
        }

        return small;
    }

    private static string Single(string name) => $"{name}.single";

    // Of convolutions and full layers; biases and constants are few.
    private static bool IsWeight(TensorProto weight) => (DataType)weight.DataType == DataType.Float && weight.Dims.Count is 2 or 4;

    private static bool Fits(TensorProto weight)
    {
        foreach (var value in MemoryMarshal.Cast<byte, float>(weight.RawData.Span))
        {
            if (MathF.Abs(value) > (float)Half.MaxValue)
            {
                return false;
            }
        }

        return true;
    }

    private static ByteString Halves(ByteString singles)
    {
        var from = MemoryMarshal.Cast<byte, float>(singles.Span);
        var to = new Half[from.Length];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = (Half)from[i];
        }

        return ByteString.CopyFrom(MemoryMarshal.AsBytes<Half>(to));
    }
}

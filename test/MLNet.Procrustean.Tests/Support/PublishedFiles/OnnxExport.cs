using Google.Protobuf;
using MLNet.Procrustean.Persistence;
using Onnx;

namespace MLNet.Procrustean.Tests.Support.PublishedFiles;

/// <summary>A residual network as an ONNX file, with names that say nothing.</summary>
internal sealed class OnnxExport
{
    private readonly GraphProto graph = new() { Name = "network" };
    private readonly Dictionary<string, float[]> weights;
    private readonly Dictionary<string, long[]> shapes;
    private int names;

    private OnnxExport(IReadOnlyList<NamedArray> arrays)
    {
        weights = arrays.Where(array => array.Type == "F32").ToDictionary(array => array.Name, RandomWeights.Numbers);
        shapes = arrays.ToDictionary(array => array.Name, array => array.Shape);
    }

    /// <summary>Whether the normalisations are folded into their convolutions, as exporters do that optimise.</summary>
    private bool Folded { get; init; }

    /// <summary>The epsilon of the normalisations; one other than our own changes what is computed.</summary>
    private float Epsilon { get; init; } = 1e-5f;

    /// <summary>Whether the convolutions before the normalisations have a bias, of 0.25 everywhere.</summary>
    private bool Biased { get; init; }

    public static ModelProto Of(IReadOnlyList<NamedArray> arrays, bool folded = false, float epsilon = 1e-5f, bool biased = false) =>
        new OnnxExport(arrays)
        {
            Folded = folded,
            Epsilon = epsilon,
            Biased = biased,
        }.Model();

    private ModelProto Model()
    {
        graph.Input.Add(new ValueInfoProto { Name = "images" });
        var x = Node("Relu", [Layer("images", "stem.conv1", "stem.bn1", stride: 2)]);
        x = Node("MaxPool", [x], Integers("kernel_shape", 3, 3), Integers("strides", 2, 2), Integers("pads", 1, 1, 1, 1));
        for (var stage = 1; stage <= 4; stage++)
        {
            for (var block = 0; weights.ContainsKey($"layer{stage}.{block}.conv1.weight"); block++)
            {
                x = Block(x, $"layer{stage}.{block}", stage > 1 && block == 0 ? 2 : 1);
            }
        }

        graph.Output.Add(new ValueInfoProto { Name = Node("Flatten", [Node("GlobalAveragePool", [x])]) });
        return new()
        {
            IrVersion = 8,
            ProducerName = "pytorch",
            Graph = graph,
        };
    }

    private string Block(string x, string name, int stride)
    {
        var layers = weights.ContainsKey($"{name}.conv3.weight") ? 3 : 2;
        var h = x;
        for (var i = 1; i <= layers; i++)
        {
            h = Layer(h, $"{name}.conv{i}", $"{name}.bn{i}", i == layers - 1 ? stride : 1);
            h = i < layers ? Node("Relu", [h]) : h;
        }

        var around = weights.ContainsKey($"{name}.downsample.0.weight")
            ? Layer(x, $"{name}.downsample.0", $"{name}.downsample.1", stride)
            : x;
        return Node("Relu", [Node("Add", [h, around])]);
    }

    private string Layer(string x, string convolution, string normalisation, int stride)
    {
        var (weight, shape) = (weights[$"{convolution}.weight"], shapes[$"{convolution}.weight"]);
        string[] parts = ["weight", "bias", "running_mean", "running_var"];
        var values = parts.Select(part => weights[$"{normalisation}.{part}"]).ToArray();
        var pad = (int)shape[2] / 2;
        AttributeProto[] attributes =
        [
            Integers("strides", stride, stride),
            Integers("pads", pad, pad, pad, pad),
            Integers("kernel_shape", shape[2], shape[2]),
        ];
        if (Folded)
        {
            var factors = values[0].Zip(values[3], (scale, variance) => scale / MathF.Sqrt(variance + Epsilon)).ToArray();
            var bias = factors.Select((factor, i) => values[1][i] - (factor * values[2][i])).ToArray();
            var each = weight.Length / factors.Length;
            var scaled = weight.Select((value, i) => value * factors[i / each]).ToArray();
            return Node("Conv", [x, Weight(scaled, shape), Weight(bias, [bias.Length])], attributes);
        }

        string[] inputs = [x, Weight(weight, shape)];
        var length = values[0].Length;
        var h = Node("Conv", Biased ? [.. inputs, Weight([.. Enumerable.Repeat(0.25f, length)], [length])] : inputs, attributes);
        var epsilon = new AttributeProto
        {
            Name = "epsilon",
            Type = AttributeProto.Types.AttributeType.Float,
            F = Epsilon,
        };
        return Node("BatchNormalization", [h, .. values.Select(value => Weight(value, [length]))], epsilon);
    }

    private string Node(string type, string[] inputs, params AttributeProto[] attributes)
    {
        var output = $"t{names++}";
        graph.Node.Add(
            new NodeProto
            {
                OpType = type,
                Input = { inputs },
                Output = { output },
                Attribute = { attributes },
            }
        );
        return output;
    }

    // Every other one as bytes, since both ways are allowed.
    private string Weight(float[] values, long[] shape)
    {
        var name = $"w{names++}";
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { shape },
        };
        if (names % 2 == 0)
        {
            tensor.RawData = ByteString.CopyFrom(RandomWeights.Bytes(values));
        }
        else
        {
            tensor.FloatData.AddRange(values);
        }

        graph.Initializer.Add(tensor);
        return name;
    }

    private static AttributeProto Integers(string name, params long[] values) =>
        new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Ints,
            Ints = { values },
        };
}

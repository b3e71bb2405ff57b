using MLNet.Procrustean.Persistence;
using Onnx;
using static MLNet.Procrustean.Persistence.OnnxGraphBuilder;

namespace MLNet.Procrustean.Networks.Export;

/// <summary>The layers of our networks as operations of an ONNX graph.</summary>
internal sealed class ExportedLayers(OnnxGraphBuilder graph, GivenWeights weights)
{
    /// <summary>A square convolution with the batch normalisation of its output.</summary>
    /// <param name="x">The input.</param>
    /// <param name="convolution">The name of the convolution, for instance <c>layer1.0.conv1</c>.</param>
    /// <param name="normalisation">The name of the normalisation, for instance <c>layer1.0.bn1</c>.</param>
    /// <param name="output">The channels of the output.</param>
    /// <param name="kernel">The side of the kernel, odd.</param>
    /// <param name="stride">Every how many pixels it is computed.</param>
    /// <param name="groups">Into how many parts the channels fall, each of which sees only itself.</param>
    /// <param name="epsilon">ε of the normalisation.</param>
    public FeatureMap Convolution(
        FeatureMap x,
        string convolution,
        string normalisation,
        int output,
        int kernel,
        int stride = 1,
        int groups = 1,
        double epsilon = BatchNormalisation.Epsilon
    )
    {
        long[] shape = [output, x.Channels / groups, kernel, kernel];
        var folded = FoldedConvolution.Of(weights, convolution, normalisation, shape, epsilon);
        var (weight, bias) = (
            graph.Singles($"{convolution}.weight", folded.Weight, shape),
            graph.Singles($"{convolution}.bias", folded.Bias, output)
        );
        return new(
            graph.Node("Conv", [x.Name, weight, bias], [.. Window(kernel, stride), Integer("group", groups)]),
            output,
            Strided(x.Size, stride)
        );
    }

    /// <summary>A square convolution with its own bias.</summary>
    public FeatureMap Convolution(FeatureMap x, string name, int output, int kernel)
    {
        long[] shape = [output, x.Channels, kernel, kernel];
        var weight = graph.Singles($"{name}.weight", weights.Bytes($"{name}.weight", shape), shape);
        var bias = graph.Singles($"{name}.bias", weights.Bytes($"{name}.bias", output), output);
        return new(graph.Node("Conv", [x.Name, weight, bias], Window(kernel, 1)), output, x.Size);
    }

    public FeatureMap Relu(FeatureMap x) => x with { Name = graph.Node("Relu", [x.Name]) };

    public FeatureVector Relu(FeatureVector x) => x with { Name = graph.Node("Relu", [x.Name]) };

    public FeatureMap HardSwish(FeatureMap x) => x with { Name = graph.Node("HardSwish", [x.Name]) };

    public FeatureVector HardSwish(FeatureVector x) => x with { Name = graph.Node("HardSwish", [x.Name]) };

    public FeatureMap Add(FeatureMap x, FeatureMap y) => x with { Name = graph.Node("Add", [x.Name, y.Name]) };

    public FeatureMap MaxPool(FeatureMap x, int kernel, int stride) =>
        x with
        {
            Name = graph.Node("MaxPool", [x.Name], Window(kernel, stride)),
            Size = Strided(x.Size, stride),
        };

    /// <summary>The largest of each two by two pixels of an even size.</summary>
    public FeatureMap MaxOfFour(FeatureMap x) =>
        x with
        {
            Name = graph.Node("MaxPool", [x.Name], Integers("kernel_shape", 2, 2), Integers("strides", 2, 2)),
            Size = x.Size / 2,
        };

    /// <summary>The mean of each two by two pixels; of those that there are, at the border of an odd size.</summary>
    public FeatureMap MeanOfFour(FeatureMap x)
    {
        var missing = x.Size % 2;
        AttributeProto[] window =
        [
            Integers("kernel_shape", 2, 2),
            Integers("strides", 2, 2),
            Integers("pads", 0, 0, missing, missing), // not counted by default
        ];
        return x with { Name = graph.Node("AveragePool", [x.Name], window), Size = Strided(x.Size, 2) };
    }

    /// <summary>Every stride-th pixel of each row and column.</summary>
    public FeatureMap EveryPixel(FeatureMap x, int stride)
    {
        string[] slice = [graph.List(0, 0), graph.List(long.MaxValue, long.MaxValue), graph.List(2, 3), graph.List(stride, stride)];
        return x with { Name = graph.Node("Slice", [x.Name, .. slice]), Size = Strided(x.Size, stride) };
    }

    /// <summary>More channels, of zeros: half of them before the others.</summary>
    public FeatureMap PadChannels(FeatureMap x, int missing)
    {
        var pads = graph.List(0, missing / 2, 0, 0, 0, missing - (missing / 2), 0, 0);
        return x with { Name = graph.Node("Pad", [x.Name, pads]), Channels = x.Channels + missing };
    }

    /// <summary>Multiplies each channel by a factor from 0 to 1: see <see cref="Networks.SqueezeExcitation"/>.</summary>
    public FeatureMap SqueezeExcitation(FeatureMap x, string name, int squeezed)
    {
        var means = new FeatureMap(graph.Node("GlobalAveragePool", [x.Name]), x.Channels, 1);
        var factors = PixelByPixel(Relu(PixelByPixel(means, $"{name}.fc1", squeezed)), $"{name}.fc2", x.Channels);
        var limited = graph.Node("HardSigmoid", [factors.Name], Number("alpha", 1f / 6), Number("beta", 0.5f));
        return x with { Name = graph.Node("Mul", [x.Name, limited]) };
    }

    /// <summary>The mean over all pixels.</summary>
    public FeatureVector GlobalMean(FeatureMap x) =>
        new(graph.Node("Flatten", [graph.Node("GlobalAveragePool", [x.Name])], Integer("axis", 1)), x.Channels);

    /// <summary>All features of all pixels, channel by channel.</summary>
    public FeatureVector Flatten(FeatureMap x) => new(graph.Node("Flatten", [x.Name], Integer("axis", 1)), x.Channels * x.Size * x.Size);

    public FeatureVector FullyConnected(FeatureVector x, string name, int output)
    {
        var (weight, bias) = (
            graph.Singles($"{name}.weight", weights.Bytes($"{name}.weight", output, x.Length), output, x.Length),
            graph.Singles($"{name}.bias", weights.Bytes($"{name}.bias", output), output)
        );
        return new(graph.Node("Gemm", [x.Name, weight, bias], Integer("transB", 1)), output);
    }

    /// <summary>z_c = s · cos(w_c, h) + b_c: see <see cref="CosineHead"/>.</summary>
    public FeatureVector Cosines(FeatureVector x, string name, int output)
    {
        const float Smallest = 1e-12f; // so that features of zeros stay zeros
        var rows = weights.Numbers($"{name}.weight", output, x.Length).ToArray().Chunk(x.Length);
        var directions = rows.SelectMany(row =>
        {
            var factor = CosineHead.Scale / Math.Max(Math.Sqrt(row.Sum(value => (double)value * value)), Smallest);
            return row.Select(value => (float)(value * factor));
        });
        var weight = graph.Singles($"{name}.weight", directions, output, x.Length);
        var bias = graph.Singles($"{name}.bias", weights.Bytes($"{name}.bias", output), output);
        var length = graph.Node("ReduceL2", [x.Name], Integers("axes", 1), Integer("keepdims", 1)); // [N, 1]
        var divisor = graph.Node("Max", [length, graph.Singles($"{name}.smallest", [Smallest], 1)]);
        return new(graph.Node("Gemm", [graph.Node("Div", [x.Name, divisor]), weight, bias], Integer("transB", 1)), output);
    }

    // A fully connected layer over the channels of each pixel, with its weight [F, D] as it is.
    private FeatureMap PixelByPixel(FeatureMap x, string name, int output)
    {
        var (weight, bias) = (
            graph.Singles($"{name}.weight", weights.Bytes($"{name}.weight", output, x.Channels), output, x.Channels, 1, 1),
            graph.Singles($"{name}.bias", weights.Bytes($"{name}.bias", output), output)
        );
        return x with { Name = graph.Node("Conv", [x.Name, weight, bias], Window(1, 1)), Channels = output };
    }

    private static AttributeProto[] Window(int kernel, int stride)
    {
        var pad = kernel / 2;
        return [Integers("kernel_shape", kernel, kernel), Integers("strides", stride, stride), Integers("pads", pad, pad, pad, pad)];
    }

    private static int Strided(int size, int stride) => (size + stride - 1) / stride;
}

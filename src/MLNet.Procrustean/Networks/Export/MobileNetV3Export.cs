namespace MLNet.Procrustean.Networks.Export;

/// <summary>The layers of <see cref="MobileNetV3"/> as operations of an ONNX graph.</summary>
internal static class MobileNetV3Export
{
    /// <summary>The pooled features of images.</summary>
    public static FeatureVector Pooled(ExportedLayers layers, FeatureMap images)
    {
        var first = MobileNetV3.Blocks[0][0].Input;
        var x = layers.HardSwish(
            layers.Convolution(images, "stem.conv1", "stem.bn1", first, 3, stride: 2, epsilon: InvertedResidual.Epsilon)
        );
        foreach (var (stage, blocks) in MobileNetV3.Blocks.Index())
        {
            foreach (var (i, shape) in blocks.Index())
            {
                x = Block(layers, x, $"layer{stage + 1}.{i}", shape);
            }
        }

        x = layers.HardSwish(Layer(layers, x, $"layer{MobileNetV3.Blocks.Length}.last", MobileNetV3.Widest, 1));
        return layers.HardSwish(layers.FullyConnected(layers.GlobalMean(x), "pool.linear", MobileNetV3.Features));
    }

    // The block of InvertedResidual.
    private static FeatureMap Block(ExportedLayers layers, FeatureMap x, string name, InvertedResidualShape shape)
    {
        FeatureMap Activation(FeatureMap h) => shape.IsHardSwish ? layers.HardSwish(h) : layers.Relu(h);
        var h = shape.Expands ? Activation(Layer(layers, x, $"{name}.expand", shape.Expanded, 1)) : x;
        h = Activation(Layer(layers, h, $"{name}.depthwise", shape.Expanded, shape.Kernel, shape.Stride, groups: shape.Expanded));
        h = shape.Squeezes ? layers.SqueezeExcitation(h, $"{name}.squeeze", shape.Squeezed) : h;
        h = Layer(layers, h, $"{name}.project", shape.Output, 1);
        return shape.Stride == 1 && shape.Input == shape.Output ? layers.Add(h, x) : h;
    }

    private static FeatureMap Layer(
        ExportedLayers layers,
        FeatureMap x,
        string name,
        int output,
        int kernel,
        int stride = 1,
        int groups = 1
    ) => layers.Convolution(x, $"{name}.conv", $"{name}.bn", output, kernel, stride, groups, InvertedResidual.Epsilon);
}

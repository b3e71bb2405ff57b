namespace MLNet.Procrustean.Networks.Export;

/// <summary>Residual blocks as operations of an ONNX graph.</summary>
internal static class ResidualExport
{
    /// <summary>A stage of a network: its first block changes channels and resolution.</summary>
    /// <param name="x">The input.</param>
    /// <param name="stage">The number of the stage, from 1.</param>
    /// <param name="blocks">The number of blocks.</param>
    /// <param name="stride">Of the first block.</param>
    /// <param name="block">Gives the output of a block for its input, name and stride.</param>
    public static FeatureMap Stage(FeatureMap x, int stage, int blocks, int stride, Func<FeatureMap, string, int, FeatureMap> block)
    {
        for (var i = 0; i < blocks; i++)
        {
            x = block(x, $"layer{stage}.{i}", i == 0 ? stride : 1);
        }

        return x;
    }

    /// <summary>The block of <see cref="Networks.BasicBlock"/>.</summary>
    public static FeatureMap BasicBlock(ExportedLayers layers, FeatureMap x, string name, int output, int stride, ShortcutOption option)
    {
        var h = layers.Relu(layers.Convolution(x, $"{name}.conv1", $"{name}.bn1", output, 3, stride));
        h = layers.Convolution(h, $"{name}.conv2", $"{name}.bn2", output, 3);
        return layers.Relu(layers.Add(h, Around(layers, x, name, output, stride, option)));
    }

    /// <summary>The block of <see cref="Networks.Bottleneck"/>.</summary>
    public static FeatureMap Bottleneck(ExportedLayers layers, FeatureMap x, string name, int inner, int stride, ShortcutOption option)
    {
        var output = Networks.Bottleneck.Expansion * inner;
        var h = layers.Relu(layers.Convolution(x, $"{name}.conv1", $"{name}.bn1", inner, 1));
        h = layers.Relu(layers.Convolution(h, $"{name}.conv2", $"{name}.bn2", inner, 3, stride));
        h = layers.Convolution(h, $"{name}.conv3", $"{name}.bn3", output, 1);
        return layers.Relu(layers.Add(h, Around(layers, x, name, output, stride, option)));
    }

    // The path of Shortcut.For.
    private static FeatureMap Around(ExportedLayers layers, FeatureMap x, string name, int output, int stride, ShortcutOption option)
    {
        if (x.Channels == output && stride == 1)
        {
            return x;
        }

        FeatureMap Projection(FeatureMap from, int stride) =>
            layers.Convolution(from, $"{name}.downsample.0", $"{name}.downsample.1", output, 1, stride);
        return option switch
        {
            ShortcutOption.A => layers.PadChannels(layers.EveryPixel(x, stride), output - x.Channels),
            ShortcutOption.D when stride == 2 => Projection(layers.MeanOfFour(x), 1),
            _ => Projection(x, stride),
        };
    }
}

namespace MLNet.Procrustean.Networks.Export;

/// <summary>The layers of <see cref="ResNet"/> as operations of an ONNX graph.</summary>
internal static class ResNetExport
{
    /// <summary>The pooled features of images.</summary>
    public static FeatureVector Pooled(ResNet backbone, ExportedLayers layers, FeatureMap images)
    {
        var x = layers.MaxPool(backbone.IsD ? DeepStem(layers, images) : Stem(layers, images), 3, 2);
        foreach (var (stage, blocks) in backbone.BlocksOfStages.Index())
        {
            x = ResidualExport.Stage(x, stage + 1, blocks, stage == 0 ? 1 : 2, (h, name, stride) => Block(h, name, 64 << stage, stride));
        }

        return layers.GlobalMean(x);

        FeatureMap Block(FeatureMap h, string name, int inner, int stride)
        {
            var option = backbone.IsD ? ShortcutOption.D : ShortcutOption.B;
            return backbone.HasBottlenecks
                ? ResidualExport.Bottleneck(layers, h, name, inner, stride, option)
                : ResidualExport.BasicBlock(layers, h, name, inner, stride, option);
        }
    }

    private static FeatureMap Stem(ExportedLayers layers, FeatureMap images) =>
        layers.Relu(layers.Convolution(images, "stem.conv1", "stem.bn1", 64, 7, stride: 2));

    private static FeatureMap DeepStem(ExportedLayers layers, FeatureMap images)
    {
        var x = layers.Relu(layers.Convolution(images, "stem.conv1", "stem.bn1", 32, 3, stride: 2));
        x = layers.Relu(layers.Convolution(x, "stem.rest.conv2.conv", "stem.rest.conv2.bn", 32, 3));
        return layers.Relu(layers.Convolution(x, "stem.rest.conv3.conv", "stem.rest.conv3.bn", 64, 3));
    }
}

namespace MLNet.Procrustean.Networks.Export;

/// <summary>The layers of <see cref="CifarResNet"/> as operations of an ONNX graph.</summary>
internal static class CifarResNetExport
{
    /// <summary>The pooled features of images.</summary>
    public static FeatureVector Pooled(CifarResNet backbone, ExportedLayers layers, FeatureMap images)
    {
        var x = layers.Relu(layers.Convolution(images, "stem.conv1", "stem.bn1", backbone.Width, 3));
        for (var stage = 1; stage <= backbone.ResidualStages; stage++)
        {
            var width = backbone.Width << (stage - 1);
            x = ResidualExport.Stage(x, stage, backbone.BlocksOfStage, stage == 1 ? 1 : 2, (h, name, stride) =>
                ResidualExport.BasicBlock(layers, h, name, width, stride, ShortcutOption.A)
            );
        }

        return layers.GlobalMean(x);
    }
}

namespace MLNet.Procrustean.Networks.Export;

/// <summary>The layers of <see cref="LeNet"/> as operations of an ONNX graph.</summary>
internal static class LeNetExport
{
    /// <summary>The features of the hidden layer of images.</summary>
    public static FeatureVector Pooled(ExportedLayers layers, FeatureMap images)
    {
        var x = Layer(images, "stem.conv1");
        x = layers.MaxOfFour(Layer(layers.MaxOfFour(x), "layer2.conv"));
        return layers.Relu(layers.FullyConnected(layers.Flatten(x), "pool.linear", LeNet.Hidden));

        FeatureMap Layer(FeatureMap h, string name) => layers.Relu(layers.Convolution(h, name, LeNet.Filters, LeNet.Kernel));
    }
}

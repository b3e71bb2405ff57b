using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>
/// Checks what the shapes of weights do not show: that the layers of a graph move over their images as ours do. A network of the same
/// weights with its strides in other places computes something else.
/// </summary>
internal static class GraphGeometry
{
    /// <exception cref="InvalidDataException">A stride, a padding or a group differs.</exception>
    public static void Check(GraphLayer stem, List<List<GraphBlock>> stages, string backbone)
    {
        Check(stem.Convolution, Kernel(stem), stride: 2, "the stem", backbone);
        Check(
            stem.Pooling ?? throw new InvalidDataException($"The ONNX file has no MaxPool after its stem, and {backbone} has one."),
            kernel: 3,
            stride: 2,
            "the stem",
            backbone
        );
        foreach (var (s, stage) in stages.Index())
        {
            foreach (var (b, block) in stage.Index())
            {
                var (stride, place) = (s > 0 && b == 0 ? 2 : 1, $"layer{s + 1}.{b}");
                var strided = block.Main.Length - 2; // the first 3×3 convolution
                foreach (var (i, layer) in block.Main.Index())
                {
                    Check(layer.Convolution, Kernel(layer), i == strided ? stride : 1, $"{place}.conv{i + 1}", backbone);
                }

                if (block.Shortcut is { } shortcut)
                {
                    Check(shortcut.Convolution, Kernel(shortcut), stride, $"{place}.downsample.0", backbone);
                }
            }
        }
    }

    private static long Kernel(GraphLayer layer) => layer.Weight.Shape[^1];

    // Where the stride is 2 and the size of the image even, the last row and column of the padding are never reached: exporters leave them
    // out.
    private static void Check(OnnxNode node, long kernel, long stride, string place, string backbone)
    {
        var (strides, pads) = (node.IntegersOr("strides", 1, 1), node.IntegersOr("pads", 0, 0, 0, 0));
        var half = kernel / 2;
        var unreached = stride == 2 && half > 0 ? 1 : 0;
        var fits =
            strides.SequenceEqual([stride, stride])
            && (pads.SequenceEqual([half, half, half, half]) || pads.SequenceEqual([half, half, half - unreached, half - unreached]))
            && node.IntegersOr("kernel_shape", kernel, kernel).SequenceEqual([kernel, kernel])
            && node.IntegersOr("dilations", 1, 1).SequenceEqual([1L, 1L])
            && node.IntegersOr("group", 1) is [1]
            && node.IntegersOr("ceil_mode", 0) is [0]
            && node.Texts.GetValueOrDefault("auto_pad", "NOTSET") is "NOTSET" or "";
        if (!fits)
        {
            throw new InvalidDataException(
                $"The ONNX file differs from {backbone} in {place}: its {node.Type} has strides [{string.Join(", ", strides)}], "
                    + $"pads [{string.Join(", ", pads)}], group {string.Join(", ", node.IntegersOr("group", 1))} and auto_pad "
                    + $"'{node.Texts.GetValueOrDefault("auto_pad", "NOTSET")}', and should have the stride {stride} and the padding "
                    + $"{half}. Give a ResNet with the stride on the first 3×3 convolution of a block, as torchvision's have."
            );
        }
    }
}

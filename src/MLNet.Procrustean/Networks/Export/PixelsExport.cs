using MLNet.Procrustean.Images;
using MLNet.Procrustean.Persistence;
using Onnx;
using static MLNet.Procrustean.Persistence.OnnxGraphBuilder;

namespace MLNet.Procrustean.Networks.Export;

/// <summary>How pixels become the input of the network: <see cref="Preprocessing.Normalise"/> as operations of an ONNX graph.</summary>
internal static class PixelsExport
{
    /// <summary>
    /// Normalised images [N, channels, S, S] of pixels [N, S, S, channels]; [2 · N, …] where their mirror images follow them.
    /// </summary>
    public static FeatureMap Images(OnnxGraphBuilder graph, string pixels, Preprocessing preprocessing, bool withMirrorImages)
    {
        var (size, channels) = (preprocessing.Shape.Size, preprocessing.Shape.Channels);
        var all = withMirrorImages ? graph.Node("Concat", [pixels, Mirrored(graph, pixels)], Integer("axis", 0)) : pixels;
        var planes = graph.Node("Transpose", [all], Integers("perm", 0, 3, 1, 2)); // as bytes, since they are the smallest
        var numbers = graph.Node("Cast", [planes], Integer("to", (long)TensorProto.Types.DataType.Float));
        var means = graph.Singles("channel_means", preprocessing.Means, channels, 1, 1);
        var scale = graph.Singles("channel_scale", preprocessing.Deviations.Select(deviation => 1 / deviation), channels, 1, 1);
        return new(graph.Node("Mul", [graph.Node("Sub", [numbers, means]), scale]), channels, size);
    }

    private static string Mirrored(OnnxGraphBuilder graph, string pixels)
    {
        const int Width = 2;
        string[] slice = [graph.List(-1), graph.List(long.MinValue), graph.List(Width), graph.List(-1)]; // from the last to the first
        return graph.Node("Slice", [pixels, .. slice]);
    }
}

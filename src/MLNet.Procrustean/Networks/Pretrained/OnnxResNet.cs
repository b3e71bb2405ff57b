using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>Turns the graph of a residual network into weights of ours.</summary>
internal static class OnnxResNet
{
    private const string StemWeight = "stem.conv1.weight";
    private const float CntkDeviation = 58;

    /// <exception cref="InvalidDataException">The graph is not that of a residual network of this library.</exception>
    public static PublishedWeights Of(OnnxGraph graph)
    {
        var found = ResidualGraph.Of(graph);
        var stages = Stages(found.Blocks);
        var bottlenecks = found.Blocks[0].Main.Length == 3;
        var backbone = ResNet.Of(bottlenecks, (stages[0].Count, stages[1].Count, stages[2].Count, stages[3].Count));
        GraphGeometry.Check(found.Stem!, stages, backbone.Name);
        var arrays = Counters.Added([.. Arrays(found.Stem!, stages)]);
        if (graph.Producer != "CNTK")
        {
            return new(backbone, arrays, PublishedWeights.ImageNetMeans, PublishedWeights.ImageNetDeviations);
        }

        return graph.Inputs is ["Input247"]
            ? new(
                backbone,
                [.. arrays.Select(array => array.Name == StemWeight ? Reversed(array) : array)],
                [123.15f, 115.90f, 103.06f],
                [CntkDeviation, CntkDeviation, CntkDeviation]
            )
            : throw new InvalidDataException(
                $"The ONNX file was exported by CNTK with the input '{string.Join("', '", graph.Inputs)}', and how its images are "
                    + "normalised is not known; of CNTK's exports, the one with the input 'Input247' is read, which is in the package "
                    + "Microsoft.ML.DnnImageFeaturizer.ResNet18."
            );
    }

    // Blocks of as many channels, one after the other.
    private static List<List<GraphBlock>> Stages(IReadOnlyList<GraphBlock> blocks)
    {
        List<List<GraphBlock>> stages = [];
        foreach (var block in blocks)
        {
            if (stages.Count == 0 || stages[^1][0].Output != block.Output)
            {
                stages.Add([]);
            }

            stages[^1].Add(block);
        }

        return
            stages.Count == 4
            && stages.TrueForAll(stage => stage.Count <= ResNet.MostBlocks)
            && blocks.All(block => block.Main.Length == blocks[0].Main.Length)
            ? stages
            : throw new InvalidDataException(
                $"The ONNX file has residual stages of {string.Join(", ", stages.Select(stage => stage.Count))} blocks, and a ResNet has "
                    + $"four of at most {ResNet.MostBlocks}, all of the same kind. Give a ResNet of basic blocks (18, 34) or "
                    + "bottlenecks (50)."
            );
    }

    private static IEnumerable<NamedArray> Arrays(GraphLayer stem, List<List<GraphBlock>> stages)
    {
        var blocks = stages.SelectMany((stage, s) => stage.SelectMany((block, b) => Arrays(block, $"layer{s + 1}.{b}")));
        return stem.Named("stem.conv1", "stem.bn1").Concat(blocks);
    }

    private static IEnumerable<NamedArray> Arrays(GraphBlock block, string name)
    {
        var shortcut = block.Shortcut?.Named($"{name}.downsample.0", $"{name}.downsample.1") ?? [];
        return block.Main.SelectMany((layer, i) => layer.Named($"{name}.conv{i + 1}", $"{name}.bn{i + 1}")).Concat(shortcut);
    }

    // That network takes blue, green, red without a division; ours then takes red, green, blue and divides, with weights of usual size.
    private static NamedArray Reversed(NamedArray stem)
    {
        var before = MemoryMarshal.Cast<byte, float>(stem.Bytes.AsSpan());
        var after = new float[before.Length];
        var (channels, pixels) = ((int)stem.Shape[1], (int)(stem.Shape[2] * stem.Shape[3]));
        for (var i = 0; i < after.Length; i++)
        {
            var (plane, pixel) = Math.DivRem(i, pixels);
            var (filter, channel) = Math.DivRem(plane, channels);
            after[i] = CntkDeviation * before[(((filter * channels) + channels - 1 - channel) * pixels) + pixel];
        }

        return stem with
        {
            Bytes = MemoryMarshal.AsBytes<float>(after).ToArray(),
        };
    }
}

using System.Collections.Immutable;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>
/// The stem and the residual blocks of a network, found in its graph by structure, since exporters choose names as they like.
/// </summary>
/// <remarks>
/// Each tensor that depends on the image is known by the last residual block before it and the layers since. An addition of two such
/// tensors ends a block: the longer way is its main path, the shorter one its shortcut.
/// </remarks>
internal sealed class ResidualGraph
{
    private readonly OnnxGraph graph;
    private readonly Dictionary<string, Way> ways = [];
    private readonly List<GraphBlock> blocks = [];

    private ResidualGraph(OnnxGraph graph)
    {
        this.graph = graph;
        foreach (var input in graph.Inputs)
        {
            ways[input] = new(0, [], Rectified: true);
        }
    }

    /// <summary>The stem's convolution.</summary>
    public GraphLayer? Stem { get; private set; }

    /// <summary>The blocks in their order.</summary>
    public IReadOnlyList<GraphBlock> Blocks => blocks;

    /// <exception cref="InvalidDataException">The graph is not that of a residual network.</exception>
    public static ResidualGraph Of(OnnxGraph graph)
    {
        var found = new ResidualGraph(graph);
        foreach (var node in graph.Nodes)
        {
            if (found.IsEnd(node))
            {
                break;
            }

            found.Follow(node);
        }

        return found.Stem is not null
            ? found
            : throw new InvalidDataException("The ONNX file is not a ResNet: it adds no shortcut to the output of convolutions.");
    }

    // What pools the features of the last block; what follows is the classifier, which is not read.
    private bool IsEnd(OnnxNode node) =>
        node.Type is "GlobalAveragePool" or "AveragePool" or "ReduceMean" or "Flatten" or "Reshape"
        && WayTo(node, 0) is { Layers.IsEmpty: true } way
        && way.Block == blocks.Count
        && way.Block > 0;

    private void Follow(OnnxNode node)
    {
        var way = WayTo(node, 0);
        if (way is null && (node.Type is not "Add" and not "Sum" || WayTo(node, 1) is null))
        {
            return; // computes with constants
        }

        var next = node.Type switch
        {
            "Conv" => Convolved(way!, node),
            "BatchNormalization" => Normalised(way!, node),
            "Relu" => Rectified(way!),
            "MaxPool" when way!.Block == 0 && way.Layers is [{ Rectified: true, Pooling: null } stem] => way with
            {
                Layers = [stem with { Pooling = node }],
            },
            "Add" or "Sum" when way is not null && node.Inputs.Count == 2 && WayTo(node, 1) is { } other => Added(way, other),
            "Identity" or "Dropout" => way!,
            _ => throw Unknown(node),
        };
        if (node.Outputs.Count > 0)
        {
            ways[node.Outputs[0]] = next;
        }
    }

    private Way Convolved(Way way, OnnxNode node) =>
        way.IsRectified && node.Inputs.Count is 2 or 3
            ? way with
            {
                Layers = way.Layers.Add(
                    new(node, Weight(node, 1, dimensions: 4), node.Inputs is [_, _, not ""] ? Weight(node, 2, dimensions: 1) : null)
                ),
            }
            : throw Unknown(node);

    private Way Normalised(Way way, OnnxNode node) =>
        way.Layers is [.., { Normalisation: null, Rectified: false } last] && node.Inputs.Count == 5
            ? way.With(last with { Normalisation = node, Statistics = [.. Enumerable.Range(1, 4).Select(input => Weight(node, input, 1))] })
            : throw Unknown(node);

    private static Way Rectified(Way way) =>
        way.Layers is [.., var last] ? way.With(last with { Rectified = true }) : way with { Rectified = true };

    private Way Added(Way one, Way other)
    {
        var (main, around) = one.Layers.Length >= other.Layers.Length ? (one, other) : (other, one);
        var common = main.Layers.Zip(around.Layers).TakeWhile(pair => ReferenceEquals(pair.First, pair.Second)).Count();
        var (layers, shortcut) = (main.Layers[common..], around.Layers[common..]);
        var isStem = main.Block == 0;
        var isBlock =
            main.Block == around.Block
            && main.Block == blocks.Count
            && common == (isStem ? 1 : 0)
            && layers is [.., { Rectified: false }]
            && layers.Length is 2 or 3
            && layers[..^1].All(layer => layer.Rectified)
            && shortcut is [] or [{ Rectified: false }];
        if (!isBlock)
        {
            throw new InvalidDataException(
                $"The ONNX file is not a ResNet that can be read: after {blocks.Count} residual blocks it adds {layers.Length} "
                    + $"convolutions and {shortcut.Length}. Give one of basic blocks (two) or bottlenecks (three), "
                    + "with at most one in the shortcut."
            );
        }

        Stem ??= main.Layers[0];
        blocks.Add(new(layers, shortcut.SingleOrDefault()));
        return new(blocks.Count, [], Rectified: false);
    }

    private Way? WayTo(OnnxNode node, int input) => node.Inputs.Count > input ? ways.GetValueOrDefault(node.Inputs[input]) : null;

    private NamedArray Weight(OnnxNode node, int input, int dimensions) =>
        graph.Weights.TryGetValue(node.Inputs[input], out var weight)
        && weight.Type == "F32"
        && weight.Shape.Length == dimensions
        && weight.Bytes.Length > 0
            ? weight
            : throw new InvalidDataException(
                $"The ONNX file has no weight '{node.Inputs[input]}' with {dimensions} dimensions, which its operation {node.Type} takes; "
                    + "export the network in single precision, not quantised."
            );

    private InvalidDataException Unknown(OnnxNode node) =>
        new(
            $"The ONNX file is not a ResNet that can be read: after {blocks.Count} residual blocks there is the operation {node.Type} "
                + $"'{string.Join("', '", node.Outputs)}' in a place where a ResNet has none. Give a ResNet whose images are normalised "
                + "outside of the graph, in single precision."
        );

    /// <summary>How a tensor comes about: the number of residual blocks before it, and the layers since the last one.</summary>
    private sealed record Way(int Block, ImmutableArray<GraphLayer> Layers, bool Rectified)
    {
        public bool IsRectified => Layers is [.., var last] ? last.Rectified : Rectified;

        public Way With(GraphLayer last) => this with { Layers = Layers.SetItem(Layers.Length - 1, last) };
    }
}

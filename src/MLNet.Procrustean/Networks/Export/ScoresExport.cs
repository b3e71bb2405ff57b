using MLNet.Procrustean.Persistence;
using static MLNet.Procrustean.Persistence.OnnxGraphBuilder;

namespace MLNet.Procrustean.Networks.Export;

/// <summary>What scoring gives of pooled features: <see cref="Inference.Scores"/> as operations of an ONNX graph.</summary>
internal static class ScoresExport
{
    private const string Head = "fc";

    /// <summary>Softmax probabilities of pooled features.</summary>
    public static FeatureVector Probabilities(
        OnnxGraphBuilder graph,
        ExportedLayers layers,
        ClassifierHead head,
        FeatureVector pooled,
        int classes
    )
    {
        var logits = head == ClassifierHead.Cosine ? layers.Cosines(pooled, Head, classes) : layers.FullyConnected(pooled, Head, classes);
        return logits with { Name = graph.Node("Softmax", [logits.Name], Integer("axis", 1)) };
    }

    /// <summary>softmax(log p / T) of probabilities p; these themselves for T = 1.</summary>
    public static FeatureVector Tempered(OnnxGraphBuilder graph, FeatureVector probabilities, double temperature)
    {
        if (temperature == 1)
        {
            return probabilities;
        }

        var logits = graph.Node(
            "Mul",
            [graph.Node("Log", [probabilities.Name]), graph.Singles("temperature", [(float)(1 / temperature)], 1)]
        );
        return probabilities with { Name = graph.Node("Softmax", [logits], Integer("axis", 1)) };
    }

    /// <summary>The mean over images and their mirror images: [2 · N, length] → [N, length].</summary>
    public static FeatureVector MeanOfHalves(OnnxGraphBuilder graph, FeatureVector rows)
    {
        var halves = graph.Node("Reshape", [rows.Name, graph.List(2, -1, rows.Length)]);
        return rows with { Name = graph.Node("ReduceMean", [halves], Integers("axes", 0), Integer("keepdims", 0)) };
    }
}

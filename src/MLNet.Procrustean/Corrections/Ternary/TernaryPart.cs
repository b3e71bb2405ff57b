using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>A part of a network whose weights are searched together.</summary>
/// <param name="Number">
/// How many parts an image has passed before it: 0 for the stem, k for stage k, and for the head two more than there are stages.
/// </param>
/// <param name="Weights">Of its convolutions and fully connected layers, [N, ...].</param>
internal sealed record TernaryPart(int Number, IReadOnlyList<Tensor> Weights)
{
    /// <summary>
    /// The parts to search, from the last to the first: what a change in one of them does to the input of another matters for those after
    /// it only, which are done.
    /// </summary>
    public static List<TernaryPart> Of(StagedNetwork network, TernaryLayers layers)
    {
        var last = network.Stages.Count;
        var first = layers switch
        {
            TernaryLayers.LastLayer => last + 1,
            TernaryLayers.LastStage => last,
            _ => 0,
        };
        List<TernaryPart> parts = [new(network.PartsBeforeHead, WeightsOf(network.Head))];
        for (var part = last; part >= first; part--)
        {
            nn.Module[] modules =
                part == 0 ? [network.Stem]
                : part == last ? [network.Stages[part - 1], network.Pool]
                : [network.Stages[part - 1]];
            parts.Add(new(part, [.. modules.SelectMany(WeightsOf)]));
        }

        return parts;
    }

    // Biases and what belongs to normalisation have one dimension.
    private static List<Tensor> WeightsOf(nn.Module module) => [.. module.parameters().Where(weight => weight.shape.Length > 1)];
}

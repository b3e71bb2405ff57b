using System.Collections.Immutable;

namespace MLNet.Procrustean;

/// <summary>The classifier that the layer-peeled model predicts for a class histogram.</summary>
public sealed record LayerPeeledPrediction
{
    /// <summary>
    /// ‖w_c‖₂ of each class, on the scale where the mean of ‖w_c‖² is E_W; exactly 0 for a class whose row vanishes. That happens beyond
    /// minority collapse, where the rows of minor classes become parallel.
    /// </summary>
    public required ImmutableArray<double> ClassifierNorms { get; init; }

    /// <summary>[c][c']: cos(w_c, w_c'); null where a norm is 0: such a row has collapsed altogether and has no angle.</summary>
    public required ImmutableArray<ImmutableArray<double?>> Cosines { get; init; }
}

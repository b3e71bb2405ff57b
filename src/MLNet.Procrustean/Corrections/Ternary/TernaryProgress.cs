using System.Globalization;

namespace MLNet.Procrustean;

/// <summary>How far a search for ternary weights is.</summary>
public sealed record TernaryProgress
{
    /// <summary>The pass over all weights, counted from 1.</summary>
    public required int Sweep { get; init; }

    /// <summary>The weights of this pass that were tried.</summary>
    public required long Tried { get; init; }

    /// <summary>All weights of a pass.</summary>
    public required long Weights { get; init; }

    /// <summary>The changes that were kept, since the search began.</summary>
    public required long AcceptedChanges { get; init; }

    /// <summary>The objective on the current batch; NaN before the first.</summary>
    public required double Objective { get; init; }

    /// <summary>The macro accuracy of the validation images before this pass, from 0 to 1; null without such images.</summary>
    public double? ValidationMacroAccuracy { get; init; }

    /// <summary>One line for a log.</summary>
    /// <returns>The pass, the weights tried, the changes and the objective.</returns>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Sweep {Sweep}: {Tried} of {Weights} weights tried, {AcceptedChanges} changes, objective {Objective:0.0000}"
        );
}

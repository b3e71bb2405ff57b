using MLNet.Procrustean;
using Shared;

namespace Benchmark;

/// <summary>A strategy and a correction of the model that it trained.</summary>
/// <param name="Strategy">To train by.</param>
/// <param name="Correct">Makes the corrected model of the trained one; null for none.</param>
internal sealed record CorrectedStrategy(TrainingStrategy Strategy, Func<CorrectionInput, ImageClassifierModel>? Correct)
{
    private const string Between = " corrected by ";

    public static string Help { get; } =
        $"{StrategyText.Help} \"{Between}\" and a correction of the trained model can follow, as in \"plain{Between}la(tau=1)\": "
        + CorrectionText.Help;

    /// <summary>The text without a correction.</summary>
    public static string WithoutCorrection(string text) => text.Split(Between, 2)[0];

    /// <summary>Reads <c>plain corrected by la(tau=1)</c>, or a strategy alone.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static CorrectedStrategy Parse(string text) =>
        text.Split(Between, 2) is [var strategy, var correction]
            ? new(StrategyText.Parse(strategy), CorrectionText.Parse(correction))
            : new(StrategyText.Parse(text), null);
}

using MLNet.Procrustean;
using TrainFolder;

namespace Benchmark;

/// <summary>A strategy and a correction of the model that it trained.</summary>
/// <param name="Strategy">To train by.</param>
/// <param name="Correct">Makes the corrected model of the trained one; null for none.</param>
internal sealed record CorrectedStrategy(TrainingStrategy Strategy, Func<ImageClassifierModel, ImageClassifierModel>? Correct)
{
    public const string Help =
        StrategyText.Help
        + " After any of them, \" corrected by \" and a correction of the trained model, as in \"plain corrected by la(tau=1)\": "
        + CorrectionText.Help;

    private const string Between = " corrected by ";

    /// <summary>Reads <c>plain corrected by la(tau=1)</c>, or a strategy alone.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static CorrectedStrategy Parse(string text) =>
        text.Split(Between, 2) is [var strategy, var correction]
            ? new(StrategyText.Parse(strategy), CorrectionText.Parse(correction))
            : new(StrategyText.Parse(text), null);
}

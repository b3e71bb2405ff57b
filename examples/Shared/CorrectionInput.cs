using Microsoft.ML;
using MLNet.Procrustean;

namespace Shared;

/// <summary>What a correction starts from.</summary>
/// <param name="Trained">The model; it is not changed.</param>
/// <param name="Train">The images that it was trained on.</param>
/// <param name="Options">Of its training.</param>
internal sealed record CorrectionInput(ImageClassifierModel Trained, IDataView Train, ImageClassifierOptions Options)
{
    /// <summary>Told what a correction has to say.</summary>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>Told how far a correction is that takes time; null for nobody.</summary>
    public IProgress<TernaryProgress>? Progress { get; init; }
}

namespace MLNet.Procrustean;

/// <summary>The training was stopped because its loss or weights ceased to be finite numbers.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(int epoch, ImageClassifierModel? lastGoodModel)
        : this(
            $"The training diverged in epoch {epoch}: its loss or its weights ceased to be finite. "
                + "Lower the learning rate (a tenth is a good next try)"
                + (
                    lastGoodModel is null
                        ? "."
                        : $"; {nameof(LastGoodModel)} holds the model of an epoch before it: "
                            + "the last one, or the best where that was to be kept."
                ),
            epoch,
            lastGoodModel
        ) { }

    private TrainingDivergedException(string message, int epoch, ImageClassifierModel? lastGoodModel)
        : base(message) => (Epoch, LastGoodModel) = (epoch, lastGoodModel);

    /// <summary>The head diverged, which is trained before the first epoch at a rate of its own.</summary>
    internal static TrainingDivergedException OfHead(int epoch, double? maxGradientNorm) =>
        new(
            $"The head, which is trained first, diverged in its epoch {epoch}: its loss or its weights ceased to be finite. The learning "
                + "rate does not change this: "
                + (
                    maxGradientNorm is { } norm
                        ? FormattableString.Invariant($"lower MaxGradientNorm, which is {norm}, ")
                        : "set MaxGradientNorm (1 is a good next try), "
                )
                + "or set HeadEpochs to 0.",
            epoch,
            lastGoodModel: null
        );

    /// <summary>The epoch that failed, counted from 1; of the head's own epochs (<c>HeadEpochs</c>) where that diverged.</summary>
    public int Epoch { get; }

    /// <summary>
    /// The model with the weights of the last epoch that ended well (of the best one, where the best was to be kept); null when the first
    /// failed. It holds native memory: dispose it when done.
    /// </summary>
    public ImageClassifierModel? LastGoodModel { get; }
}

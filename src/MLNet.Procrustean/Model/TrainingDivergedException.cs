namespace MLNet.Procrustean;

/// <summary>The training was stopped because its loss or weights ceased to be finite numbers.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(int epoch, ImageClassifierModel? lastGoodModel)
        : base(
            $"The training diverged in epoch {epoch}: its loss or its weights ceased to be finite. "
                + "Lower the learning rate (a tenth is a good next try)"
                + (
                    lastGoodModel is null
                        ? "."
                        : $"; {nameof(LastGoodModel)} holds the model of an epoch before it: "
                            + "the last one, or the best where that was to be kept."
                )
        )
    {
        Epoch = epoch;
        LastGoodModel = lastGoodModel;
    }

    /// <summary>The epoch that failed, counted from 1.</summary>
    public int Epoch { get; }

    /// <summary>
    /// The model with the weights of the last epoch that ended well (of the best one, where the best was to be kept); null when the first
    /// failed. It holds native memory: dispose it when done.
    /// </summary>
    public ImageClassifierModel? LastGoodModel { get; }
}

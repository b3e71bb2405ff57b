using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>Logit adjustment of a model that is trained already.</summary>
public static class PostHocLogitAdjustment
{
    /// <summary>A copy of the model whose logits are lowered by the logarithm of each class's frequency.</summary>
    /// <remarks>
    /// Menon, Jayasumana, Rawat, Jain, Veit, Kumar, "Long-tail learning via logit adjustment", ICLR 2021, https://arxiv.org/abs/2007.07314,
    /// equation 9: z'_c = z_c − τ · log π_c, with π_c = n_c / n of the training images. It goes into the bias of the last layer, so that
    /// the model saves, loads and scores like any other. A model that was trained by <see cref="LogitAdjustment"/> has already learned it.
    /// </remarks>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="tau">τ, from 0 to 10; 1 by default, 0 changes nothing.</param>
    /// <returns>The adjusted model. It holds native memory of its own: dispose it when done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tau is out of range.</exception>
    /// <exception cref="DllNotFoundException">There is no libtorch; the message says which packages have it.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static ImageClassifierModel AdjustLogits(this ImageClassifierModel model, double tau = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        Require.Between(tau, 0, 10, nameof(tau));
        var classes = new ClassCounts(model.ClassNames, model.TrainingCounts);
        return model.WithClassifier(
            (weight, bias) => (weight, bias - LogitAdjustment.Shift(new(Number: 1, Total: 1, classes, bias.device), tau))
        );
    }
}

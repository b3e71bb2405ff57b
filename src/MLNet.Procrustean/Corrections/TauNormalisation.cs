using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>τ-normalisation of a model that is trained already.</summary>
public static class TauNormalisation
{
    /// <summary>A copy of the model whose classifier rows are brought nearer to equal length.</summary>
    /// <remarks>
    /// Kang, Xie, Rohrbach, Yan, Gordo, Feng, Kalantidis, "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR
    /// 2020, https://arxiv.org/abs/1910.09217, equation 3: w'_c = w_c / ‖w_c‖₂^τ, without the bias, as in the paper. That also drops an
    /// adjustment by <see cref="PostHocLogitAdjustment"/>: adjust afterwards. Plain training gives large classes longer rows. τ is best
    /// chosen on images that were not trained on. A cosine head, whose rows already count as equally long, is not changed.
    /// </remarks>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="tau">τ, from 0 to 1, where all rows are equally long; 0.5 by default.</param>
    /// <returns>The normalised model. It holds native memory of its own: dispose it when done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tau is out of range.</exception>
    /// <exception cref="DllNotFoundException">There is no libtorch; the message says which packages have it.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static ImageClassifierModel NormaliseClassifier(this ImageClassifierModel model, double tau = 0.5)
    {
        ArgumentNullException.ThrowIfNull(model);
        Require.Between(tau, 0, 1, nameof(tau));
        return model.WithClassifier(
            (weight, bias) =>
                model.Head == ClassifierHead.Cosine
                    ? (weight, bias)
                    : (weight / weight.norm(1, keepdim: true, 2f).AtLeast(1e-12).ToThePower(tau), bias.zeros_like())
        );
    }
}

using MLNet.Procrustean;

namespace Microsoft.ML;

/// <summary>Adds to <c>mlContext.MulticlassClassification</c> the evaluation of image classifiers under attack.</summary>
public static class RobustnessCatalog
{
    /// <summary>
    /// Evaluates a model on images as they are, and on the same images after an attack that knows the model: how many errors, of which
    /// classes, and what they cost.
    /// </summary>
    /// <remarks>
    /// The images are read and decoded as in scoring, and the network is attacked that gives the scores, in single precision; where ONNX
    /// Runtime scores, it is made from the model's weights, which takes libtorch. Each of the <see cref="ProjectedGradientAttack.Steps"/>
    /// takes about three times as long as scoring. The same seed gives the same metrics.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="model">
    /// The model. ML.NET loads a pipeline as a <c>TransformerChain</c>: its <c>OfType</c> finds the model in it.
    /// </param>
    /// <param name="data">The data, with the model's image column and a label column.</param>
    /// <param name="attack">The attack; null for the defaults of <see cref="ProjectedGradientAttack"/>.</param>
    /// <param name="costs">
    /// What the attack aims at and errors are counted by, for exactly the classes of the model, in any order; null for 1 for every error.
    /// </param>
    /// <param name="labelColumnName">
    /// The column of the class: a text, a key, a number or a Boolean, compared by the names of the classes.
    /// </param>
    /// <param name="seed">The seed of the random starts of the attack.</param>
    /// <param name="cancellation">Stops the evaluation after the images that are being attacked.</param>
    /// <returns>The metrics before and after the attack.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, a row has no label or one that is not one of the classes, there is no row or no image that
    /// can be read, or the costs are of other classes.
    /// </exception>
    /// <exception cref="DllNotFoundException">There is no libtorch; the message says which packages have it.</exception>
    /// <exception cref="ImageException">
    /// An image cannot be read, and <see cref="ImageClassifierModel.BadImages"/> is to refuse; otherwise it is left out and counted.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The cancellation asked to stop.</exception>
    public static RobustnessMetrics EvaluateRobustness(
        this MulticlassClassificationCatalog catalog,
        ImageClassifierModel model,
        IDataView data,
        ProjectedGradientAttack? attack = null,
        CostMatrix? costs = null,
        string labelColumnName = "Label",
        int seed = 1,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        var aim = costs?.For(model.ClassNames) ?? CostMatrix.Equal(model.ClassNames);
        return model.EvaluateRobustness(data, labelColumnName, attack ?? new(), aim, seed, cancellation);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Imbalance;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean;

/// <summary>Temperature scaling of a model that is trained already: its scores become nearer to probabilities.</summary>
/// <remarks>
/// <para>
/// Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, https://arxiv.org/abs/1706.04599, equation 9: the
/// scores are softmax(z / T) of the logits z. Ours: softmax(log p / T) of the scores p, which is the same, and holds for the mean over an
/// image and its mirror image too. The predicted classes stay. T above 1 makes the model less sure of itself.
/// </para>
/// <para>
/// One number cannot undo what margins, class weights and adjusted logits do to single classes: look at
/// <see cref="CalibrationMetrics"/> by group before and after. Corrections of the last layer, such as <see cref="PostHocLogitAdjustment"/>,
/// come before it.
/// </para>
/// </remarks>
public static class TemperatureScaling
{
    private const double Lowest = TrainedClassifier.LowestTemperature;
    private const double Highest = TrainedClassifier.HighestTemperature;
    private const double Precision = 1e-4; // of log T

    /// <summary>A copy of the model whose scores p become softmax(log p / T).</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="temperature">
    /// T; 1 changes nothing. A second one multiplies the first, and their product is from 0.01 to 100.
    /// </param>
    /// <returns>The scaled model. It holds native memory of its own: dispose it when done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The product of the temperature with that of the model is out of range.</exception>
    /// <exception cref="DllNotFoundException">There is no libtorch.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static ImageClassifierModel ScaleTemperature(this ImageClassifierModel model, double temperature)
    {
        ArgumentNullException.ThrowIfNull(model);
        var product = model.Temperature * temperature;
        return product is >= Lowest and <= Highest // which no comparison with NaN is
            ? model.WithTemperature(product)
            : throw new ArgumentOutOfRangeException(
                nameof(temperature),
                temperature,
                FormattableString.Invariant($"{nameof(temperature)} is {temperature}, and the model has {model.Temperature} already; ")
                    + FormattableString.Invariant($"their product must be from {Lowest} to {Highest}.")
            );
    }

    /// <summary>
    /// The temperature that makes the scores of images most likely: T with the smallest Σ_i −log softmax(log p_i / T)_y, over their true
    /// classes y.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="heldOut">
    /// Images that the model was not trained on, with the model's image column; on those that it was trained on it is too sure of itself.
    /// Rows whose image cannot be read count nowhere, if the model skips such images.
    /// </param>
    /// <param name="labelColumnName">The column of the true class: a text, a key, a number or a Boolean.</param>
    /// <returns>
    /// T, so that its product with that of the model is from 0.01 to 100; an end of this range where even it is not enough, as when every
    /// image is recognised.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, there is no row that has a score, or a row has no label or one that is not a class.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read, and the model refuses such images.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static double FitTemperature(this ImageClassifierModel model, IDataView heldOut, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(heldOut);
        var scored = ScoredAnswersOf(model, heldOut, labelColumnName);
        var (low, high) = (Math.Log(Lowest / model.Temperature), Math.Log(Highest / model.Temperature));
        return Math.Exp(GoldenSection.Minimum(logT => NegativeLogLikelihood(scored, Math.Exp(logT)), low, high, Precision));
    }

    /// <summary>Σ_i −log softmax(log p_i / T)_y.</summary>
    internal static double NegativeLogLikelihood(IEnumerable<(double[] LogScores, int Label)> scored, double temperature) =>
        scored.Sum(one =>
        {
            var largest = one.LogScores.Max();
            var sum = one.LogScores.Sum(log => Math.Exp((log - largest) / temperature));
            return Math.Log(sum) - ((one.LogScores[one.Label] - largest) / temperature);
        });

    private static List<(double[] LogScores, int Label)> ScoredAnswersOf(ImageClassifierModel model, IDataView heldOut, string label)
    {
        var scored = model.Transform(heldOut);
        var rows = new ScoredRows(scored, label, model.Columns.PredictedLabel, model.Columns.Score);
        var numbers = model.ClassNames.Index().ToDictionary(one => one.Item, one => one.Index);
        var all = new List<(double[] LogScores, int Label)>();
        rows.Read(row =>
        {
            var getter = row.GetGetter<VBuffer<float>>(rows.Score);
            VBuffer<float> scores = default;
            return (actual, _) =>
            {
                getter(ref scores);
                // no score is 0 in exact arithmetic
                all.Add(([.. scores.DenseValues().Select(score => Math.Log(Math.Max(score, float.Epsilon)))], numbers[actual]));
            };
        });
        return all;
    }
}

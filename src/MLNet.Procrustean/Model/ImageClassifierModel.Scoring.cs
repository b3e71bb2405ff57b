using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean;

public sealed partial class ImageClassifierModel
{
    /// <summary>
    /// The precision of the convolutions in scoring; single precision by default. <see cref="Precision.Auto"/> takes bfloat16 where the
    /// processor or the GPU has it, which is faster and changes probabilities by about a hundredth. It applies to rows that are read from
    /// now on, and is not saved.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="ScoringEngine"/> is ONNX Runtime, which scores in single precision.
    /// </exception>
    /// <exception cref="DllNotFoundException">The precision needs libtorch, and there is no libtorch.</exception>
    public Precision ScoringPrecision
    {
        get => scorer.Precision;
        set => scorer.Precision = Require.Named(value);
    }

    /// <summary>
    /// What computes the scores; by default <see cref="ScoringEngine.Auto"/>. It applies to rows that are read from now on, and is not
    /// saved.
    /// </summary>
    /// <remarks>The engines differ by rounding, in a probability by at most about a millionth.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such engine.</exception>
    /// <exception cref="InvalidOperationException">
    /// The program does not reference the package MLNet.Procrustean.Onnx, or ONNX Runtime does not have <see cref="ScoringPrecision"/>.
    /// </exception>
    /// <exception cref="DllNotFoundException">There is no libtorch.</exception>
    public ScoringEngine ScoringEngine
    {
        get => scorer.Engine;
        set => scorer.Engine = Require.Named(value);
    }

    /// <summary>
    /// What scoring does with an image that cannot be read. A loaded model refuses it, and a trained one begins with what
    /// <see cref="ImageClassifierOptions.BadImages"/> was.
    /// </summary>
    /// <remarks>
    /// To refuse is to throw its <see cref="ImageException"/>; whoever reads rows behind <c>MapKeyToValue</c> finds it among the inner
    /// exceptions of an <see cref="InvalidOperationException"/>, since ML.NET reads them ahead on other threads. With
    /// <see cref="BadImages.Skip"/> its row stays, so that scored data has as many rows as its input and a prediction engine gives one
    /// answer per image, and has missing values: NaN for each score and feature, and no predicted label: the key 0, and after
    /// <c>MapKeyToValue</c> an empty text, NaN, or 0 or false where classes are whole numbers or Booleans. The log of the
    /// <see cref="MLContext"/> has a warning that names the image and what is wrong with it. <c>EvaluateImbalance</c> and ML.NET's own
    /// <c>Evaluate</c> leave such rows out and say how many; <c>FilterRowsByMissingValues(scored, "Score")</c> removes them. The choice
    /// applies to rows that are read from now on, and is not saved.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such choice.</exception>
    public BadImages BadImages
    {
        get => rows.Unread.Handling;
        set => rows.Unread.Handling = Require.Named(value);
    }

    /// <summary>
    /// Called for each image that scoring skips, each time that its row is read; null, the default, for nobody. It is called on the thread
    /// that reads the rows: where several threads score at once, it must allow that. It is not saved.
    /// </summary>
    public Action<ImageException>? OnSkippedImage
    {
        get => rows.Unread.Skipped;
        set => rows.Unread.Skipped = value;
    }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns of scored data.</summary>
    /// <param name="inputSchema">The columns of the data to score.</param>
    /// <returns>Those columns, the scores, the predicted label and, on request, the features.</returns>
    /// <exception cref="ArgumentException">The image column is missing or holds no images.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return rows.SchemaOf(inputSchema);
    }

    /// <summary>
    /// Adds the scores, the predicted label and, on request, the features to data. Rows are scored in batches, when they are read.
    /// </summary>
    /// <param name="input">The data, with the image column that the model was trained on.</param>
    /// <returns>
    /// The data with these columns, and with the same rows. What reading it does at an image that cannot be read is for
    /// <see cref="BadImages"/> to say.
    /// </returns>
    /// <exception cref="ArgumentException">The image column is missing or holds no images.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        scorer.CheckNotDisposed();
        return new ScoredDataView(rows, input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) =>
        new ScoringMapper(rows, inputSchema, GetOutputSchema(inputSchema));

    /// <summary>A copy of the model with another temperature.</summary>
    internal ImageClassifierModel WithTemperature(double temperature) =>
        With(
            scorer.CopyWith(classifier => classifier.WithNetwork(static _ => { }, device) with { Temperature = temperature }, Columns),
            Columns
        );
}

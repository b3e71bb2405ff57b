using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Runtime;
using MLNet.Procrustean;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Onnx.Exports;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Scoring;

[assembly: LoadableClass(
    typeof(OnnxImageClassifier),
    null,
    typeof(SignatureLoadModel),
    "Procrustean image classifier in ONNX",
    OnnxImageClassifier.LoaderSignature
)]

namespace MLNet.Procrustean;

/// <summary>
/// An image classifier that was exported to ONNX: adds the probability of each class and the most probable class to each row.
/// </summary>
/// <remarks>
/// Its columns are those of the <see cref="ImageClassifierModel"/> that was exported, and images are decoded by the same code. It is saved
/// and loaded like any ML.NET model. Any number of threads may score with it at once. It holds native memory: dispose it when done.
/// </remarks>
public sealed class OnnxImageClassifier : ITransformer, IDisposable
{
    internal const string LoaderSignature = "ProcrusteanOnnx";
    private const string EntryName = "model.onnx";
    private readonly byte[] file;
    private readonly SharedScorer scorer;
    private readonly RowScorer rows;
    private readonly IHostEnvironment? environment;

    private OnnxImageClassifier(byte[] file, SharedScorer scorer, RowScorer rows, IHostEnvironment? environment) =>
        (this.file, this.scorer, this.rows, this.environment) = (file, scorer, rows, environment);

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public ImmutableArray<string> ClassNames => rows.Labels.Names;

    /// <summary>The number of training images of each class, in the order of the scores.</summary>
    public ImmutableArray<long> TrainingCounts => rows.TrainingCounts;

    /// <summary>As <see cref="ImageClassifierModel.BadImages"/>: refused by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such choice.</exception>
    public BadImages BadImages
    {
        get => rows.Unread.Handling;
        set => rows.Unread.Handling = Require.Named(value);
    }

    /// <summary>As <see cref="ImageClassifierModel.OnSkippedImage"/>: null by default.</summary>
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
    /// <returns>The data with these columns, and with the same rows.</returns>
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

    /// <summary>
    /// A copy of the model that also adds the pooled features, as <see cref="ImageClassifierOptions.FeatureColumnName"/> describes them.
    /// </summary>
    /// <param name="featureColumnName">The column to add, a vector of D floats.</param>
    /// <returns>The model with the column. It holds native memory of its own: dispose it when done.</returns>
    /// <exception cref="ArgumentException">The name is empty, or it is that of the score or the predicted label.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public OnnxImageClassifier WithFeatureColumn(string featureColumnName = "Features")
    {
        scorer.CheckNotDisposed();
        var name = Require.Name(featureColumnName, nameof(featureColumnName));
        var columns = (rows.Columns with { Features = name }).CheckDistinct();
        return Read(ExportedFile.Read(file).With(file, columns), environment).Like(this);
    }

    /// <summary>
    /// Frees the native memory. Doing so again does nothing; scoring afterwards throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => scorer.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        scorer.CheckNotDisposed();
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version());
        ctx.SaveBinaryStream(EntryName, writer => writer.BaseStream.Write(file));
    }

    /// <summary>Reads an exported file, and scores once, so that the first prediction is quick.</summary>
    /// <exception cref="InvalidDataException">It cannot be used; the message says why.</exception>
    internal static OnnxImageClassifier Read(byte[] file, IHostEnvironment? environment)
    {
        var exported = ExportedFile.Read(file);
        var shape = exported.Texts.Preprocessing.Shape;
        var scorer = new SharedScorer(RuntimeScorer.Of(file, shape), typeof(OnnxImageClassifier));
        try
        {
            var black = scorer.Score(new byte[shape.Bytes], withFeatures: true)[0];
            exported.CheckOutputs(black);
            return new(file, scorer, RowScorer.Of(scorer, exported.Texts, black.Features.Length, environment), environment);
        }
        catch (Exception problem) when (problem is InvalidOperationException or OnnxRuntimeException) // no finite score, or none
        {
            scorer.Dispose();
            throw new InvalidDataException(problem.Message, problem);
        }
        catch
        {
            scorer.Dispose();
            throw;
        }
    }

    private OnnxImageClassifier Like(OnnxImageClassifier other)
    {
        (BadImages, OnSkippedImage) = (other.BadImages, other.OnSkippedImage);
        return this;
    }

    [SuppressMessage(
        "CodeQuality",
        "IDE0051",
        Justification = "ML.NET calls it when it loads a model; it finds it by the attribute at the top of this file."
    )]
    private static OnnxImageClassifier Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(Version());
        OnnxImageClassifier? model = null;
        var found = context.TryLoadBinaryStream(EntryName, reader =>
        {
            using var bytes = new MemoryStream();
            reader.BaseStream.CopyTo(bytes);
            model = Read(bytes.ToArray(), environment);
        });
        return found && model is not null
            ? model
            : throw new InvalidDataException($"The model has no entry '{EntryName}'; the file is incomplete.");
    }

    private static VersionInfo Version() =>
        new(
            modelSignature: "PROCONNX",
            verWrittenCur: 0x00010001,
            verReadableCur: 0x00010001,
            verWeCanReadBack: 0x00010001,
            loaderSignature: LoaderSignature,
            loaderAssemblyName: typeof(OnnxImageClassifier).Assembly.GetName().Name
        );
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Model;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

[assembly: LoadableClass(
    typeof(ImageClassifierModel),
    null,
    typeof(SignatureLoadModel),
    "Procrustean image classifier",
    ImageClassifierModel.LoaderSignature
)]

namespace MLNet.Procrustean;

/// <summary>A trained image classifier: adds the probability of each class and the most probable class to each row.</summary>
/// <remarks>
/// It reads the image column and adds two more. The scores, a vector of C probabilities that sum to 1, carry the names of the classes as
/// slot names; the predicted label is a key whose values are those of the training label. A third column has the pooled features where
/// <see cref="ImageClassifierOptions.FeatureColumnName"/> or <see cref="WithFeatureColumn"/> asks for it. It is saved and loaded like any
/// ML.NET model, with nothing to register; <see cref="ModelSavingCatalog.SaveAtomically"/> keeps an earlier file until the new one is
/// whole. Any number of threads may score with it at once. It holds native memory: dispose it when done.
/// <para>
/// A model file is data: the library runs nothing in its part of the file, checks what the file claims before memory is allocated for it,
/// and refuses a damaged or inconsistent file with an <see cref="InvalidDataException"/> that says why. ML.NET's own <c>Model.Load</c>
/// wraps it in one <see cref="System.Reflection.TargetInvocationException"/> or several, reads the rest of the zip by itself, and creates
/// the other transformers that the zip names.
/// </para>
/// </remarks>
public sealed partial class ImageClassifierModel : ITransformer, IDisposable
{
    internal const string LoaderSignature = "ProcrusteanImages";
    private readonly ModelScorer scorer;
    private readonly RowScorer rows;
    private readonly Device device;
    private readonly IHostEnvironment? environment;

    internal ImageClassifierModel(TrainedClassifier classifier, ColumnNames columns, Device device, IHostEnvironment? environment = null)
        : this(
            new(classifier, columns, device, typeof(ImageClassifierModel)),
            ModelTexts.Of(classifier, columns),
            classifier.FeatureCount,
            device,
            environment
        ) { }

    private ImageClassifierModel(ModelScorer scorer, ModelTexts texts, int featureCount, Device device, IHostEnvironment? environment)
        : this(scorer, RowScorer.Of(scorer, texts, featureCount, environment), device, environment) { }

    private ImageClassifierModel(ModelScorer scorer, RowScorer rows, Device device, IHostEnvironment? environment) =>
        (this.scorer, this.rows, this.device, this.environment) = (scorer, rows, device, environment);

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public ImmutableArray<string> ClassNames => rows.Labels.Names;

    /// <summary>The number of training images of each class, in the order of the scores.</summary>
    public ImmutableArray<long> TrainingCounts => rows.TrainingCounts;

    /// <summary>The weights of the model, for <see cref="ImageClassifierOptions.InitialWeights"/>.</summary>
    /// <param name="model">The model; null gives null.</param>
    [return: NotNullIfNotNull(nameof(model))]
    public static implicit operator InitialWeights?(ImageClassifierModel? model) => model?.ToInitialWeights();

    /// <summary>The weights of the model, for another training to begin with.</summary>
    /// <returns>The weights. They are read when that training begins: do not dispose the model before.</returns>
    public InitialWeights ToInitialWeights() => new ModelWeights(this);

    internal ColumnNames Columns => rows.Columns;

    internal ImageShape Shape => rows.Shape;

    internal double Temperature => scorer.Temperature;

    internal UnreadImages Unread => rows.Unread;

    /// <summary>What was trained; another thread may dispose its network at any moment.</summary>
    internal TrainedClassifier Classifier => scorer.Use(classifier => classifier);

    internal ClassifierHead Head => Classifier.Network.Head.Kind;

    /// <summary>
    /// Writes the weights and everything else that scoring needs as one file in the safetensors format, which Python reads too.
    /// </summary>
    /// <remarks>
    /// A weight of which each of the N output channels has only the values −a, 0 and a, as <see cref="TernaryWeights"/> makes them, takes
    /// two bits for each of a channel's K values: under its name lies U8 [N, ⌈K/4⌉], four codes in a byte from the lowest bits on (0 for 0,
    /// 1 for a, 2 for −a), under its name with <c>.scale</c> F32 [N] with each a, and the text <c>ternary.</c> with its name has its shape.
    /// Loaded, it has the same bits.
    /// </remarks>
    /// <param name="path">The file to write; an existing one is replaced once the new one is complete and on the disk.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void SaveSafeTensors(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        scorer.CheckNotDisposed();
        AtomicFile.Write(path, "model", Write);
    }

    /// <summary>
    /// Describes the features and the classifier: feature deviation between training and test images, neural collapse, norms and angles.
    /// </summary>
    /// <param name="train">The data that the model was trained on, with at least one image of each class.</param>
    /// <param name="test">Data that it was not trained on; a class that it lacks has no feature deviation.</param>
    /// <param name="labelColumnName">
    /// The column of the class in both: a text, a key, a number or a Boolean, compared by the names of the classes.
    /// </param>
    /// <param name="imagesPerClass">
    /// The most images of each class to measure in each set, at least 2; they are drawn at random, and no others are decoded.
    /// </param>
    /// <param name="draws">
    /// The number of random draws of equally many images per class that the feature deviation is averaged over, at least 1.
    /// </param>
    /// <param name="seed">The seed of the random draws.</param>
    /// <returns>The diagnostics, in the order of <see cref="ClassNames"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, a row has no label or one that is not one of the classes, a class has no training image, or
    /// there is no test image.
    /// </exception>
    /// <exception cref="ImageException">
    /// An image cannot be read, and <see cref="BadImages"/> is to refuse; otherwise it is left out.
    /// </exception>
    /// <exception cref="InvalidOperationException">A feature is not a finite number, or the data changed while it was read.</exception>
    /// <exception cref="DllNotFoundException">There is no libtorch; the message says which packages have it.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ModelDiagnostics Diagnose(
        IDataView train,
        IDataView test,
        string labelColumnName = "Label",
        int imagesPerClass = 100,
        int draws = 100,
        int seed = 1
    )
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        Require.AtLeast(imagesPerClass, 2, nameof(imagesPerClass));
        Require.AtLeast(draws, 1, nameof(draws));
        return scorer.Use(classifier =>
            new ModelDiagnosis(classifier, rows.Unread, Columns.Image, device).Of(train, test, labelColumnName, imagesPerClass, draws, seed)
        );
    }

    /// <inheritdoc cref="RobustnessCatalog.EvaluateRobustness"/>
    internal RobustnessMetrics EvaluateRobustness(
        IDataView data,
        string labelColumnName,
        ProjectedGradientAttack attack,
        CostMatrix costs,
        int seed,
        CancellationToken cancellation
    ) =>
        scorer.Use(classifier =>
            new RobustnessEvaluation(classifier, attack, costs, seed, device).Of(
                data,
                Columns.Image,
                labelColumnName,
                rows.Unread,
                cancellation
            )
        );

    /// <summary>
    /// A copy of the model that also adds the pooled features, as <see cref="ImageClassifierOptions.FeatureColumnName"/> describes them.
    /// </summary>
    /// <remarks>ML.NET loads a pipeline as a <c>TransformerChain</c>: its <c>OfType</c> finds the model in it.</remarks>
    /// <param name="featureColumnName">The column to add, a vector of D floats.</param>
    /// <returns>The model with the column. It holds native memory of its own: dispose it when done.</returns>
    /// <exception cref="ArgumentException">The name is empty, or it is that of the score or the predicted label.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ImageClassifierModel WithFeatureColumn(string featureColumnName = "Features")
    {
        var columns = (Columns with { Features = Require.Name(featureColumnName, nameof(featureColumnName)) }).CheckDistinct();
        return With(scorer.Copy(columns), columns);
    }

    /// <summary>
    /// Frees the native memory. Doing so again does nothing; scoring afterwards throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <remarks>
    /// Any thread may dispose the model at any moment, without waiting. A batch that is being scored, or a file that is being written, is
    /// completed correctly, and the last of them frees the memory. A reader of scored rows gets the exception at the next batch.
    /// </remarks>
    public void Dispose() => scorer.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        scorer.CheckNotDisposed();
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version());
        ctx.SaveBinaryStream(ModelFile.EntryName, writer => Write(writer.BaseStream));
    }

    /// <summary>Copies the weights to a network of the same kind.</summary>
    internal void CopyWeightsTo(StagedNetwork other, bool withHead) =>
        scorer.Use(classifier =>
        {
            classifier.CopyWeightsTo(other, withHead);
            return other;
        });

    internal string FingerprintOfWeights() => scorer.Use(Fingerprint.Of);

    /// <summary>A copy of the model whose network is changed: by a function of it, of what was trained, and of its device.</summary>
    internal ImageClassifierModel WithNetwork(Action<StagedNetwork, TrainedClassifier, Device> change) =>
        With(
            scorer.CopyWith(classifier => classifier.WithNetwork(network => change(network, classifier, device), device), Columns),
            Columns
        );

    /// <summary>A copy of the model whose last layer's weight [C, D] and bias [C] are functions of this one's.</summary>
    internal ImageClassifierModel WithClassifier(Func<Tensor, Tensor, (Tensor Weight, Tensor Bias)> change) =>
        With(scorer.CopyWith(classifier => classifier.WithClassifier(change, device), Columns), Columns);

    /// <summary>Reads what <see cref="SaveSafeTensors"/> wrote, and scores once, so that the first prediction is quick.</summary>
    internal static ImageClassifierModel Read(Stream stream, Device device, IHostEnvironment? environment = null)
    {
        var contents = ModelFile.Read(stream);
        var scorer = new ModelScorer(contents, device, typeof(ImageClassifierModel));
        try
        {
            scorer.WarmUp(contents.Texts.Preprocessing.Shape);
            return new(scorer, contents.Texts, contents.FeatureCount, device, environment);
        }
        catch (InvalidOperationException problem) // no finite score
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

    private ImageClassifierModel With(ModelScorer other, ColumnNames columns) =>
        new(other, rows with { Scorer = other, Columns = columns, Unread = new(environment) }, device, environment)
        {
            EpochReports = EpochReports,
            ImageCount = ImageCount,
            HorizontalFlip = HorizontalFlip,
            SkippedImages = SkippedImages,
            BadImages = BadImages,
            OnSkippedImage = OnSkippedImage,
        };

    private void Write(Stream stream) => ModelFile.Write(stream, scorer.ContentsWith(Columns));

    [SuppressMessage(
        "CodeQuality",
        "IDE0051",
        Justification = "ML.NET calls it when it loads a model; it finds it by the attribute at the top of this file."
    )]
    private static ImageClassifierModel Create(IHostEnvironment environment, ModelLoadContext context)
    {
        using var channel = environment.Register(nameof(ImageClassifierModel)).Start("Loading");
        context.CheckAtModel(Version());
        ImageClassifierModel? model = null;
        var found = context.TryLoadBinaryStream(ModelFile.EntryName, reader =>
            model = Read(reader.BaseStream, TorchDevice.For(environment, channel), environment)
        );
        return found && model is not null
            ? model
            : throw new InvalidDataException($"The model has no entry '{ModelFile.EntryName}'; the file is incomplete.");
    }

    private static VersionInfo Version() =>
        new(
            modelSignature: "PROCRUST",
            verWrittenCur: 0x00010001,
            verReadableCur: 0x00010001,
            verWeCanReadBack: 0x00010001,
            loaderSignature: LoaderSignature,
            loaderAssemblyName: typeof(ImageClassifierModel).Assembly.GetName().Name
        ); // no version: an earlier library may read a later one's model
}

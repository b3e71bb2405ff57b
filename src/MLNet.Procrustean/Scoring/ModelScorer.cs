using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Scoring;

/// <summary>
/// Scores with the engine that is chosen: libtorch, by a folded copy of the network, or ONNX Runtime, by the graph of its weights. What an
/// engine needs is made when it scores for the first time.
/// </summary>
/// <remarks>
/// Any thread may dispose it at any moment: what has begun ends with a correct result, and the last use frees the memory.
/// </remarks>
internal sealed class ModelScorer : Scorer
{
    internal const string WhenDisposed =
        "The model was disposed. If a PredictionEngine did it: ML.NET's engine disposes its model with itself, unless it is created with "
        + "new PredictionEngineOptions { OwnsTransformer = false }.";

    private readonly Device device;
    private readonly bool isLoaded;
    private readonly Lazy<TrainedClassifier> classifier;
    private readonly Lazy<TrainedClassifier> folded;
    private readonly Lazy<Scorer> onnx;
    private readonly SharedMemory memory;
    private ModelContents? loaded; // until libtorch scores: then the network has the weights
    private ScoringEngine engine;
    private Precision precision = Precision.Fp32;

    /// <summary>Of a classifier that was trained here: scores with libtorch unless another engine is chosen.</summary>
    /// <param name="trained">What was trained; disposed with this.</param>
    /// <param name="columns">Of the model.</param>
    /// <param name="device">Where its network is.</param>
    /// <param name="owner">The type that <see cref="ObjectDisposedException"/> names.</param>
    public ModelScorer(TrainedClassifier trained, ColumnNames columns, Device device, Type owner)
        : this(null, columns, new(trained), device, owner, isLoaded: false) => trained.Network.eval();

    /// <summary>Of the contents of a model file.</summary>
    /// <param name="loaded">What the file holds.</param>
    /// <param name="device">Where libtorch is to score.</param>
    /// <param name="owner">The type that <see cref="ObjectDisposedException"/> names.</param>
    public ModelScorer(ModelContents loaded, Device device, Type owner)
        : this(loaded, loaded.Texts.Columns, new(() => Build(loaded, device)), device, owner, isLoaded: true) { }

    private ModelScorer(
        ModelContents? loaded,
        ColumnNames columns,
        Lazy<TrainedClassifier> classifier,
        Device device,
        Type owner,
        bool isLoaded
    )
    {
        (this.loaded, this.classifier, this.device, this.isLoaded) = (loaded, classifier, device, isLoaded);
        folded = new(Fold);
        onnx = new(() => OnnxEngine.Open(Contents(columns)));
        memory = new(Free, owner, WhenDisposed);
    }

    /// <summary>What is asked for.</summary>
    /// <exception cref="InvalidOperationException">The engine is not there, or it does not have the precision.</exception>
    public ScoringEngine Engine
    {
        get => engine;
        set
        {
            CheckEngine(value, precision);
            engine = value;
        }
    }

    /// <summary>Of the convolutions.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime is asked for, which does not have it.</exception>
    /// <exception cref="DllNotFoundException">It is bfloat16, and there is no libtorch.</exception>
    public Precision Precision
    {
        get => precision;
        set
        {
            CheckEngine(engine, value);
            precision = value;
        }
    }

    /// <summary>T of the scores.</summary>
    public double Temperature => loaded is { } contents ? contents.Texts.Temperature : classifier.Value.Temperature;

    private bool UsesOnnxRuntime =>
        engine == ScoringEngine.OnnxRuntime
        || (
            engine == ScoringEngine.Auto
            && isLoaded
            && OnnxEngine.IsThere
            && device.type == DeviceType.CPU
            && (precision.On(device) == ScalarType.Float32 || (precision == Precision.Auto && !LibTorch.IsThere))
        );

    public override ScoredImage[] Score(byte[] pixels, bool withFeatures)
    {
        using var use = memory.Begin();
        return UsesOnnxRuntime ? onnx.Value.Score(pixels, withFeatures) : folded.Value.Score(pixels, device, precision, withFeatures);
    }

    /// <summary>
    /// Scores a black image, so that the first real one finds what it needs; weights that do not fit are refused here too.
    /// </summary>
    /// <exception cref="InvalidDataException">The weights are not those of the network.</exception>
    /// <exception cref="InvalidOperationException">The network gives no finite score.</exception>
    /// <exception cref="DllNotFoundException">There is no engine.</exception>
    public void WarmUp(ImageShape shape)
    {
        Score(new byte[shape.Bytes], withFeatures: false);
        loaded = UsesOnnxRuntime ? loaded : null;
    }

    /// <summary>Calls a function with what was trained, which is not freed meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    /// <exception cref="DllNotFoundException">There is no libtorch.</exception>
    public T Use<T>(Func<TrainedClassifier, T> use)
    {
        using var began = memory.Begin();
        return use(classifier.Value);
    }

    /// <summary>A scorer of its own for the same weights, which scores with the same engine.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public ModelScorer Copy(ColumnNames columns) =>
        loaded is null
            ? CopyWith(classifier => classifier.WithClassifier(static (weight, bias) => (weight, bias), device), columns)
            : new(ContentsWith(columns), device, memory.Owner) { engine = engine, precision = precision };

    /// <summary>A scorer of what a function makes of the network, which scores with the same engine.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public ModelScorer CopyWith(Func<TrainedClassifier, TrainedClassifier> change, ColumnNames columns) =>
        new(null, columns, new(Use(change)), device, memory.Owner, isLoaded) { engine = engine, precision = precision };

    /// <summary>What a file of the model with these columns holds.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public ModelContents ContentsWith(ColumnNames columns)
    {
        using var use = memory.Begin();
        return Contents(columns);
    }

    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public void CheckNotDisposed() => memory.Check();

    public override void Dispose() => memory.Dispose();

    private static TrainedClassifier Build(ModelContents contents, Device device)
    {
        LibTorch.Check();
        var built = contents.Build();
        built.Network.to(device);
        built.Network.eval();
        return built;
    }

    private static void CheckEngine(ScoringEngine engine, Precision precision)
    {
        if (engine == ScoringEngine.OnnxRuntime && precision != Precision.Fp32)
        {
            throw new InvalidOperationException(
                $"ONNX Runtime scores in single precision, and {precision} is asked for. Choose {nameof(ScoringEngine)}."
                    + $"{nameof(ScoringEngine.Libtorch)} for {precision}, or {nameof(Precision)}.{nameof(Precision.Fp32)}."
            );
        }

        if (engine == ScoringEngine.OnnxRuntime)
        {
            OnnxEngine.Require();
        }

        if (engine == ScoringEngine.Libtorch || precision == Precision.Bf16)
        {
            LibTorch.Check();
        }
    }

    private ModelContents Contents(ColumnNames columns) =>
        loaded is null ? ModelContents.Of(classifier.Value, columns) : loaded with { Texts = loaded.Texts with { Columns = columns } };

    private TrainedClassifier Fold()
    {
        NativeAllocator.KeepFreedBlocks(); // until this is disposed
        return classifier.Value.Folded(device);
    }

    private void Free()
    {
        if (onnx.IsValueCreated)
        {
            onnx.Value.Dispose();
        }

        if (classifier.IsValueCreated)
        {
            classifier.Value.Network.Dispose();
        }

        if (folded.IsValueCreated)
        {
            folded.Value.Network.Dispose();
            NativeAllocator.ReturnFreedBlocks();
        }
    }
}

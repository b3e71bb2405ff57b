using MLNet.Procrustean.Interop;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Scoring;

/// <summary>Scores with libtorch, by a folded copy of a trained network that the first scoring makes.</summary>
/// <remarks>
/// Any thread may dispose it at any moment: what has begun ends with a correct result, and the last use frees the memory.
/// </remarks>
internal sealed class TorchScorer : Scorer
{
    private const string WhenDisposed =
        "The model was disposed. If a PredictionEngine did it: ML.NET's engine disposes its model with itself, unless it is created with "
        + "new PredictionEngineOptions { OwnsTransformer = false }.";

    private readonly TrainedClassifier classifier;
    private readonly Device device;
    private readonly Lazy<TrainedClassifier> folded;
    private readonly SharedMemory memory;

    /// <param name="classifier">What was trained; disposed with this.</param>
    /// <param name="device">Where its network is.</param>
    /// <param name="owner">The type that <see cref="ObjectDisposedException"/> names.</param>
    public TorchScorer(TrainedClassifier classifier, Device device, Type owner)
    {
        this.classifier = classifier;
        this.device = device;
        folded = new(Fold);
        memory = new(Free, owner, WhenDisposed);
        classifier.Network.eval();
    }

    /// <summary>Of the convolutions.</summary>
    public Precision Precision { get; set; } = Precision.Fp32;

    public override ScoredImage[] Score(byte[] pixels, bool withFeatures)
    {
        using var use = memory.Begin();
        return folded.Value.Score(pixels, device, Precision, withFeatures);
    }

    /// <summary>Scores a black image, so that the first real one finds code compiled and convolutions prepared.</summary>
    /// <exception cref="InvalidOperationException">The network gives no finite score.</exception>
    public void WarmUp() => folded.Value.Score(new byte[classifier.Preprocessing.Shape.Bytes], device);

    /// <summary>Calls a function with what was trained, which is not freed meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public T Use<T>(Func<TrainedClassifier, T> use)
    {
        using var began = memory.Begin();
        return use(classifier);
    }

    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public void CheckNotDisposed() => memory.Check();

    public override void Dispose() => memory.Dispose();

    private TrainedClassifier Fold()
    {
        NativeAllocator.KeepFreedBlocks(); // until this is disposed
        return classifier.Folded(device);
    }

    private void Free()
    {
        classifier.Network.Dispose();
        if (folded.IsValueCreated)
        {
            folded.Value.Network.Dispose();
            NativeAllocator.ReturnFreedBlocks();
        }
    }
}

using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Onnx.Runtime;

/// <summary>A scorer that any thread may dispose at any moment: what has begun ends with a correct result.</summary>
/// <param name="scorer">Disposed with this.</param>
/// <param name="owner">The type that <see cref="ObjectDisposedException"/> names.</param>
internal sealed class SharedScorer(Scorer scorer, Type owner) : Scorer
{
    private readonly SharedMemory memory = new(scorer.Dispose, owner, ModelScorer.WhenDisposed);

    public override ScoredImage[] Score(byte[] pixels, bool withFeatures)
    {
        using var use = memory.Begin();
        return scorer.Score(pixels, withFeatures);
    }

    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public void CheckNotDisposed() => memory.Check();

    public override void Dispose() => memory.Dispose();
}

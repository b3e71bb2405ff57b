namespace MLNet.Procrustean.Scoring;

/// <summary>
/// Turns decoded images into the probabilities of their classes and their features; any number of threads may ask at once.
/// </summary>
internal abstract class Scorer : IDisposable
{
    /// <summary>The probabilities of each image's classes and, where asked for, its features.</summary>
    /// <param name="pixels">Images of the size that the network takes, one after the other, the channels of a pixel together.</param>
    /// <param name="withFeatures">Whether to give the features too.</param>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public abstract ScoredImage[] Score(byte[] pixels, bool withFeatures);

    /// <summary>Frees what it holds; doing so again does nothing.</summary>
    public abstract void Dispose();
}

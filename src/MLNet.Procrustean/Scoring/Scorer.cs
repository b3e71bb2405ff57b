namespace MLNet.Procrustean.Scoring;

/// <summary>Turns decoded images into the probabilities of their classes; any number of threads may ask at once.</summary>
internal abstract class Scorer : IDisposable
{
    /// <summary>The probabilities of each image's classes.</summary>
    /// <param name="pixels">Images of the size that the network takes, one after the other, the channels of a pixel together.</param>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public abstract float[][] Score(byte[] pixels);

    /// <summary>Frees what it holds; doing so again does nothing.</summary>
    public abstract void Dispose();
}

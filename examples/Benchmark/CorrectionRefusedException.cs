namespace Benchmark;

/// <summary>A correction refused the images of a model that was trained; the message says why.</summary>
internal sealed class CorrectionRefusedException(string message, Exception cause) : Exception(message, cause)
{
    /// <summary>What the training took.</summary>
    public required double Seconds { get; init; }
}

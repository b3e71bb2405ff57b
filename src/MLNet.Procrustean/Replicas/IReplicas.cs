using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// Processes that train one model together, each on its parts of every mini-batch: see <see cref="ImageClassifierOptions.BatchParts"/>.
/// </summary>
/// <remarks>
/// <para>
/// All processes call the same members with values of the same length in the same order, each from the thread that called
/// <see cref="ImageClassifierTrainer.Fit"/>; a call returns when all have made it. A process that is lost, or a call that cannot be
/// completed, ends in an exception or the end of the process, never in waiting for ever.
/// </para>
/// <para>
/// The sum has a fixed order, so that the same parts give the same bits however many processes share them: a balanced binary tree. Ranks 0
/// and 1 are added, 2 and 3, and so on; then the sums of neighbours again; where their number is odd, the last one is passed on as it is.
/// For four: (r₀ + r₁) + (r₂ + r₃). On GPUs the order may be another one; then the last bits may differ with the number of processes, and
/// are still the same in each of them.
/// </para>
/// </remarks>
public interface IReplicas
{
    /// <summary>The number of this process, from 0 to <see cref="Count"/> − 1. Process 0 logs, reports and writes files.</summary>
    int Rank { get; }

    /// <summary>The number of processes, at least 1.</summary>
    int Count { get; }

    /// <summary>
    /// The number of this process among those on the same machine, from 0; process 0 on each machine writes what the others there read.
    /// </summary>
    int LocalRank { get; }

    /// <summary>Replaces the values by their sum over all processes, which ends with the same bits in each.</summary>
    /// <param name="values">[N], float32, contiguous, on the CPU or on the device of the training.</param>
    void Sum(Tensor values);

    /// <summary>Replaces the values by those of process 0.</summary>
    /// <param name="values">Of the same length in all processes.</param>
    void Broadcast(Span<byte> values);

    /// <summary>
    /// Ends all processes soon: called when this one cannot continue while others may be waiting for it. Where it returns, the exception
    /// that was the reason is thrown.
    /// </summary>
    /// <param name="reason">What went wrong, for the log, which names this process too.</param>
    void Abort(string reason);
}

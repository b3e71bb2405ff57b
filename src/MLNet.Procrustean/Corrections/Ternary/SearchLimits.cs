using System.Diagnostics;
using MLNet.Procrustean.Diagnostics;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>When a search ends before it is done, and when its progress is told.</summary>
/// <param name="options">Of the search.</param>
internal sealed class SearchLimits(TernaryOptions options)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan told;

    /// <summary>Whether the time is over or the search was cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, and there is to be no result.</exception>
    public bool AreReached()
    {
        ThrowIfAsked();
        return options.Cancellation.IsCancellationRequested || clock.Elapsed > options.MaxTime;
    }

    /// <exception cref="OperationCanceledException">It was cancelled, and there is to be no result.</exception>
    public void ThrowIfAsked()
    {
        if (options.OnCancel == CancellationOutcome.Throw)
        {
            options.Cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Tells how far the search is, if there is somebody to tell and it is time.</summary>
    /// <param name="progress">How far it is.</param>
    /// <param name="isDue">Whether it is time in any case.</param>
    public void Tell(Func<TernaryProgress> progress, bool isDue = false)
    {
        if (options.Progress is { } receiver && (isDue || clock.Elapsed - told > PhaseMeter.Interval))
        {
            receiver.Report(progress());
            told = clock.Elapsed;
        }
    }
}

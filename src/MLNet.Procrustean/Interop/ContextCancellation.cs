using Microsoft.ML.Runtime;

namespace MLNet.Procrustean.Interop;

/// <summary>The cancellation of an <see cref="Microsoft.ML.MLContext"/>, by which AutoML ends a trial when its time is over.</summary>
/// <remarks>
/// The context calls nobody: it has a flag, which ML.NET's own trainers look at while they work. Here a timer looks at it, so that whatever
/// obeys a token, on any thread, obeys the context too.
/// </remarks>
internal static class ContextCancellation
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Does work with a token that both the context and the caller's own token cancel.</summary>
    /// <param name="environment">The context, or a part of it.</param>
    /// <param name="work">(token) → result.</param>
    /// <param name="asked">The caller's own token.</param>
    /// <exception cref="OperationCanceledException">
    /// The work was cancelled. It has the caller's token, or none where the context alone was cancelled.
    /// </exception>
    public static T Obeyed<T>(IHostEnvironment environment, Func<CancellationToken, T> work, CancellationToken asked)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(asked);
        var token = stop.Token;
        StopIfCancelled(); // before the work, which may be shorter than the interval
        var watch = new Timer(_ => StopIfCancelled(), null, Interval, Interval);
        try
        {
            return work(token);
        }
        catch (OperationCanceledException problem) when (problem.CancellationToken == token) // which the caller does not know
        {
            throw IsCancelled(environment) && !asked.IsCancellationRequested
                ? new OperationCanceledException("The MLContext was cancelled, and the training with it.", problem)
                : new OperationCanceledException(problem.Message, problem, asked);
        }
        finally
        {
            watch.DisposeAsync().AsTask().GetAwaiter().GetResult(); // waits for a look that has begun, which may use the source
        }

        void StopIfCancelled()
        {
            if (IsCancelled(environment))
            {
                stop.Cancel();
            }
        }
    }

    private static bool IsCancelled(IHostEnvironment environment) => environment is ICancelable { IsCanceled: true };
}

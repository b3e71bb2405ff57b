using System.Diagnostics;
using MLNet.Procrustean.Interop;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>Lets a training take only as many threads as other programs leave processors, for as long as they do.</summary>
/// <remarks>
/// The threads of a convolution wait for the slowest of them. One that has no processor of its own halves the speed of all, so one thread fewer is faster.
/// </remarks>
internal sealed class SharedProcessors : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);
    private readonly int most = get_num_threads();
    private readonly OtherPrograms others = new();
    private long looked = Stopwatch.GetTimestamp();
    private int threads = get_num_threads();

    /// <summary>Looks around every two seconds; told of each step.</summary>
    public void StepDone()
    {
        if (Stopwatch.GetElapsedTime(looked) < _interval)
        {
            return;
        }

        looked = Stopwatch.GetTimestamp();
        var best = others.Processors() is { } taken ? Threads(most, Environment.ProcessorCount, taken) : most;
        if (best != threads)
        {
            threads = best;
            set_num_threads(threads);
        }
    }

    /// <summary>The threads to take, at least one, of so many at most, where others take a number of the processors.</summary>
    public static int Threads(int most, int processors, double taken) => Math.Clamp(processors - (int)Math.Round(taken), 1, most);

    public void Dispose() => set_num_threads(most);
}

using System.Diagnostics;
using MLNet.Procrustean;
using Shared;

namespace Benchmark;

/// <summary>Shows on a terminal how far a run is, and writes a line every five minutes where there is no terminal.</summary>
internal sealed class RunProgress(RunKey key) : IProgress<EpochReport>, IProgress<PhaseReport>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private readonly LiveLine line = new();
    private readonly Stopwatch sinceLine = Stopwatch.StartNew();

    public void Report(EpochReport value)
    {
        if (!LiveLine.IsShown && sinceLine.Elapsed >= Interval)
        {
            sinceLine.Restart();
            var minutes = Math.Ceiling(value.TimeLeft.TotalMinutes);
            Console.WriteLine(
                FormattableString.Invariant($"{key.Strategy}, seed {key.Seed}: epoch {value.Epoch} of {value.Epochs}, {minutes} min left")
            );
        }
    }

    public void Report(PhaseReport value) => line.Show($"{key.Strategy}, seed {key.Seed}: {value}");

    /// <summary>Trains, and leaves no line half written, however it ends.</summary>
    public ImageClassifierModel During(Func<ImageClassifierModel> train)
    {
        try
        {
            return train();
        }
        finally
        {
            line.Clear();
        }
    }

    /// <summary>Writes a line to the error stream, not into the one that is shown.</summary>
    public void Tell(string message) => line.Tell(message);
}

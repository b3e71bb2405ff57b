using System.Diagnostics;
using System.Globalization;
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
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key.Strategy}, seed {key.Seed}: epoch {value.Epoch} of {value.Epochs}, {value.TimeLeft:hh\\:mm\\:ss} left"
                )
            );
        }
    }

    public void Report(PhaseReport value) => line.Show($"{key.Strategy}, seed {key.Seed}: {value}");

    /// <summary>Makes room for what is printed.</summary>
    public void Clear() => line.Clear();
}

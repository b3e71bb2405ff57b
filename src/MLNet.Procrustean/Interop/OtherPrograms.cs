using System.Diagnostics;
using System.Globalization;

namespace MLNet.Procrustean.Interop;

/// <summary>How many of the processors that this process may use other programs keep busy, by the accounts that Linux keeps.</summary>
internal sealed class OtherPrograms
{
    private const string Accounts = "/proc/stat";
    private const int Idle = 3,
        Waiting = 4,
        Fields = 8; // of user, nice, system, idle, iowait, irq, softirq, steal; guests are within user

    private (double Busy, double Total) before = Read();
    private TimeSpan ownBefore = Environment.CpuUsage.TotalTime;
    private long since = Stopwatch.GetTimestamp();

    /// <summary>The mean since the last call, from 0 to all processors; null where the system does not tell.</summary>
    public double? Processors()
    {
        var (now, own, elapsed) = (Read(), Environment.CpuUsage.TotalTime, Stopwatch.GetElapsedTime(since));
        var (busy, total) = (now.Busy - before.Busy, now.Total - before.Total);
        var ownShare = (own - ownBefore) / elapsed;
        (before, ownBefore, since) = (now, own, Stopwatch.GetTimestamp());
        return total > 0 ? Math.Clamp((busy / total * Environment.ProcessorCount) - ownShare, 0, Environment.ProcessorCount) : null;
    }

    /// <summary>Time that processors were busy, and all time, in the system's own unit, summed over the processors that count.</summary>
    /// <param name="accounts">The text of /proc/stat.</param>
    /// <param name="counts">Whether a processor of that number counts.</param>
    public static (double Busy, double Total) Sum(string accounts, Func<int, bool> counts)
    {
        var (busy, total) = (0.0, 0.0);
        foreach (
            var line in accounts
                .Split('\n')
                .Where(line => line.StartsWith("cpu", StringComparison.Ordinal) && line.Length > 3 && char.IsDigit(line[3]))
        )
        {
            var cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (counts(int.Parse(cells[0][3..], CultureInfo.InvariantCulture)))
            {
                double[] times = [.. cells.Skip(1).Take(Fields).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
                total += times.Sum();
                busy += times.Sum() - times[Idle] - times[Waiting];
            }
        }

        return (busy, total);
    }

    private static (double Busy, double Total) Read()
    {
        try
        {
            using var process = Process.GetCurrentProcess();
            var affinity = OperatingSystem.IsLinux() ? process.ProcessorAffinity : 0; // a bit for each of the first 64 processors
            return OperatingSystem.IsLinux()
                ? Sum(File.ReadAllText(Accounts), number => number >= 64 || ((affinity >> number) & 1) == 1)
                : default;
        }
        catch (Exception untold)
            when (untold
                    is IOException
                        or UnauthorizedAccessException
                        or FormatException
                        or OverflowException
                        or IndexOutOfRangeException
                        or InvalidOperationException
            )
        {
            return default; // as where there is no such file
        }
    }
}

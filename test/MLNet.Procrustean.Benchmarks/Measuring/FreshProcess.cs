using System.Diagnostics;
using System.Globalization;
using MLNet.Procrustean.Benchmarks.Memory;
using MLNet.Procrustean.Benchmarks.Scaling;
using MLNet.Procrustean.Benchmarks.Scoring;

namespace MLNet.Procrustean.Benchmarks.Measuring;

/// <summary>Runs a piece of work in a process of its own: this program, called with a hidden command.</summary>
internal static class FreshProcess
{
    public const string Command = "fresh";
    private const string Tiny = "tiny";

    private static readonly Dictionary<string, Func<Sizes, string[], IEnumerable<(string Name, double Figure)>>> Works = new()
    {
        [nameof(ThreadedTraining)] = ThreadedTraining.Measure,
        [nameof(FirstPrediction)] = FirstPrediction.Measure,
        [nameof(PeakMemory)] = (sizes, _) => PeakMemory.Measure(sizes),
        [nameof(GrowthOverSteps)] = (sizes, _) => GrowthOverSteps.Measure(sizes),
        [nameof(GrowthOverPredictions)] = GrowthOverPredictions.Measure,
    };

    /// <summary>The figures of the work, by name.</summary>
    /// <param name="work">The name of its class.</param>
    /// <param name="sizes">How much of it.</param>
    /// <param name="variables">Environment variables to set for it.</param>
    /// <param name="arguments">Its own.</param>
    /// <exception cref="InvalidOperationException">It failed; what it printed is on standard error.</exception>
    public static Dictionary<string, double> Run(
        string work,
        Sizes sizes,
        IReadOnlyDictionary<string, string>? variables = null,
        params string[] arguments
    )
    {
        var self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(FreshProcess).Assembly.Location] : [];
        var start = new ProcessStartInfo(self, [.. program, Command, work, sizes.Tiny ? Tiny : "full", .. arguments])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0
            ? lines
                .Select(line => line.Split('\t'))
                .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The process for {work} ended with {process.ExitCode}; its error is above.");
    }

    /// <summary>In the new process: does the work and prints its figures.</summary>
    public static void Answer(string[] arguments)
    {
        var sizes = arguments[1] == Tiny ? Sizes.Quick : Sizes.Full;
        foreach (var (name, figure) in Works[arguments[0]](sizes, arguments[2..]))
        {
            Console.WriteLine($"{name}\t{figure.ToString("R", CultureInfo.InvariantCulture)}");
        }
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;

namespace MLNet.Procrustean.Benchmarks.Measuring;

/// <summary>The machine and the versions that the figures were measured with.</summary>
internal static class Machine
{
    private static readonly string[] BFloat16Instructions = ["avx512_bf16", "amx_bf16"];
    private static readonly string[] Variables = ["OMP_NUM_THREADS", "OMP_WAIT_POLICY", "LD_PRELOAD"];

    public static string Describe(Sizes sizes)
    {
        var lines = new List<string>
        {
            $"- Processor: {Processor()}, {Environment.ProcessorCount} cores; {BFloat16()}",
            FormattableString.Invariant(
                $"- Memory: {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0.0} GB; {RuntimeInformation.OSDescription}"
            ),
            $"- {RuntimeInformation.FrameworkDescription}, MLNet.Procrustean {VersionOf(typeof(ImageClassifierOptions))}, "
                + $"ML.NET {VersionOf(typeof(MLContext))}, TorchSharp {Named("TorchSharp")} with libtorch {Named("libtorch")}",
            $"- Blocks that count: {sizes.Blocks} of each, in turns{(sizes.Tiny ? "; **tiny sizes: the figures mean nothing**" : "")}",
        };
        if (Load() is { } load)
        {
            lines.Add($"- Load of the last minute at the start: {load}");
        }

        lines.AddRange(
            Variables
                .Where(name => Environment.GetEnvironmentVariable(name) is not null)
                .Select(name => $"- {name}={Environment.GetEnvironmentVariable(name)}")
        );
        return string.Join('\n', ["# Performance", "", .. lines]);
    }

    private static string Processor() =>
        InProcessorFile("model name")
        ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string BFloat16()
    {
        var found = (InProcessorFile("flags") ?? "").Split(' ').Intersect(BFloat16Instructions).ToList();
        return found.Count > 0 ? $"instructions for bf16: {string.Join(", ", found)}" : "no instructions for bf16 known";
    }

    // Linux describes the processor in lines "name : value".
    private static string? InProcessorFile(string name) =>
        !File.Exists("/proc/cpuinfo")
            ? null
            : File.ReadLines("/proc/cpuinfo")
                .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
                .FirstOrDefault(parts => parts.Length == 2 && parts[0] == name)
                ?[1];

    private static string? Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : null;

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? $"{type.Assembly.GetName().Version}";

    private static string Named(string key) =>
        typeof(Machine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == key).Value!;
}

using MLNet.Procrustean.Benchmarks.Decoding;
using MLNet.Procrustean.Benchmarks.Memory;
using MLNet.Procrustean.Benchmarks.Scaling;
using MLNet.Procrustean.Benchmarks.Scoring;
using MLNet.Procrustean.Benchmarks.Training;

namespace MLNet.Procrustean.Benchmarks;

/// <summary>A part of the measurements that can be asked for by name.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Title">In the text.</param>
/// <param name="Measure">Measures, and yields paragraphs and tables in Markdown as they are ready.</param>
internal sealed record Section(string Name, string Title, Func<Sizes, IEnumerable<string>> Measure)
{
    public static readonly IReadOnlyList<Section> All =
    [
        new("training", "Training", TrainingSection.Measure),
        new("decoding", "Decoding", DecodingSection.Measure),
        new("scoring", "Scoring", ScoringSection.Measure),
        new("engines", "Engines of scoring", EnginesSection.Measure),
        new("memory", "Memory", MemorySection.Measure),
        new("scaling", "Scaling", ScalingSection.Measure),
    ];
}

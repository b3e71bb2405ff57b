using Microsoft.ML.Data;

namespace Benchmark.Peers;

/// <summary>An image as its features: a row of ML.NET.</summary>
internal sealed class FeatureRow
{
    public required string Label { get; init; }

    [VectorType(ImageNetFeatures.Count)]
    public required float[] Features { get; init; }

    /// <summary>In training, 1/n_c.</summary>
    public required float Weight { get; init; }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>A residual block of a graph.</summary>
/// <param name="Main">Two convolutions, or three in a bottleneck.</param>
/// <param name="Shortcut">The convolution around them, where the shape changes.</param>
internal sealed record GraphBlock(ImmutableArray<GraphLayer> Main, GraphLayer? Shortcut)
{
    /// <summary>The channels of its output.</summary>
    public long Output => Main[^1].Weight.Shape[0];
}

/// <summary>A convolution of a graph, and what follows it.</summary>
/// <param name="Convolution">The operation.</param>
/// <param name="Weight">[out, in, k, k].</param>
/// <param name="Bias">[out]; null where there is no bias.</param>
internal sealed record GraphLayer(OnnxNode Convolution, NamedArray Weight, NamedArray? Bias)
{
    private const double Epsilon = 1e-5; // that of our batch normalisation

    /// <summary>The batch normalisation of its output; null where it was folded into the weight and bias.</summary>
    public OnnxNode? Normalisation { get; init; }

    /// <summary>Scale, bias, mean and variance of the batch normalisation.</summary>
    public ImmutableArray<NamedArray> Statistics { get; init; } = [];

    /// <summary>Whether a rectifier follows.</summary>
    public bool Rectified { get; init; }

    /// <summary>The maximum pooling that follows.</summary>
    public OnnxNode? Pooling { get; init; }

    /// <summary>The weight and the batch normalisation in the names and meaning of our layers.</summary>
    /// <remarks>
    /// A bias b before the normalisation moves into its mean, μ − b, and another ε into its variance, σ² + ε − 10⁻⁵, or, where that is
    /// negative, into its scale: γ · √(10⁻⁵ / (σ² + ε)) with σ² = 0. A convolution whose
    /// normalisation was folded gets one that changes nothing but adds the bias: γ = 1, β = b, μ = 0, σ² = 1 − 10⁻⁵.
    /// </remarks>
    /// <param name="convolution">For instance <c>layer1.0.conv1</c>.</param>
    /// <param name="normalisation">For instance <c>layer1.0.bn1</c>.</param>
    public IEnumerable<NamedArray> Named(string convolution, string normalisation)
    {
        var channels = Weight.Shape[0];
        yield return Weight with
        {
            Name = $"{convolution}.weight",
        };
        var bias = Bias is null ? new float[channels] : Numbers(Bias);
        string[] names = ["weight", "bias", "running_mean", "running_var"];
        float[][] values = Normalisation is null
            ? [Filled(channels, 1), bias, new float[channels], Filled(channels, (float)(1 - Epsilon))]
            : [Scale(), Numbers(Statistics[1]), MeanWithout(bias), Variance()];
        foreach (var (name, numbers) in names.Zip(values))
        {
            yield return new($"{normalisation}.{name}", "F32", [numbers.Length], MemoryMarshal.AsBytes<float>(numbers).ToArray());
        }
    }

    private float[] MeanWithout(float[] bias)
    {
        var mean = Numbers(Statistics[2]);
        return Bias is null || bias.Length != mean.Length ? mean : [.. mean.Zip(bias, (m, b) => m - b)];
    }

    private float[] Scale() =>
        [.. Numbers(Statistics[0]).Zip(WithEpsilon(), (scale, sum) => IsSmall(sum) ? scale * MathF.Sqrt((float)Epsilon / sum) : scale)];

    private float[] Variance()
    {
        var difference = OwnEpsilon - (float)Epsilon;
        return [.. Numbers(Statistics[3]).Zip(WithEpsilon(), (variance, sum) => IsSmall(sum) ? 0 : variance + difference)];
    }

    private float OwnEpsilon => Normalisation!.Numbers.GetValueOrDefault("epsilon", (float)Epsilon);

    private IEnumerable<float> WithEpsilon() => Numbers(Statistics[3]).Select(variance => variance + OwnEpsilon);

    // What is 0 or less no training gives; it is left for the check of the values.
    private static bool IsSmall(float sum) => sum > 0 && sum < (float)Epsilon;

    private static float[] Filled(long count, float value) => [.. Enumerable.Repeat(value, (int)count)];

    private static float[] Numbers(NamedArray array) => MemoryMarshal.Cast<byte, float>(array.Bytes).ToArray();
}

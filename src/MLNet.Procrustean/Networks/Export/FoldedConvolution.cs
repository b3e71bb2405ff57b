using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Networks.Export;

/// <summary>A convolution that does in one step what it and the batch normalisation of its output do in evaluation.</summary>
/// <param name="Weight">[out, in/groups, k, k], in bytes.</param>
/// <param name="Bias">[out], in bytes.</param>
internal sealed record FoldedConvolution(byte[] Weight, byte[] Bias)
{
    /// <summary>Folds the normalisation into the weight, and takes both from the weights of a model file.</summary>
    /// <remarks>
    /// (x − μ) · γ / √(σ² + ε) + β = a · x + (β − a · μ), with a = γ / √(σ² + ε); rounded as <see cref="BatchNormalisation.Fold"/> does.
    /// </remarks>
    /// <param name="weights">Those of the file.</param>
    /// <param name="convolution">The name of the convolution.</param>
    /// <param name="normalisation">The name of the normalisation.</param>
    /// <param name="shape">[out, in/groups, k, k].</param>
    /// <param name="epsilon">ε.</param>
    public static FoldedConvolution Of(GivenWeights weights, string convolution, string normalisation, long[] shape, double epsilon)
    {
        var output = shape[0];
        var scale = weights.Numbers($"{normalisation}.weight", output);
        var shift = weights.Numbers($"{normalisation}.bias", output);
        var mean = weights.Numbers($"{normalisation}.running_mean", output);
        var variance = weights.Numbers($"{normalisation}.running_var", output);
        weights.Drop($"{normalisation}.num_batches_tracked");
        var unfolded = weights.Numbers($"{convolution}.weight", shape);
        var folded = new FoldedConvolution(new byte[unfolded.Length * sizeof(float)], new byte[output * sizeof(float)]);
        var weight = MemoryMarshal.Cast<byte, float>(folded.Weight.AsSpan());
        var bias = MemoryMarshal.Cast<byte, float>(folded.Bias.AsSpan());
        var ofOneOutput = unfolded.Length / (int)output;
        for (var i = 0; i < bias.Length; i++)
        {
            var factor = scale[i] / MathF.Sqrt(variance[i] + (float)epsilon); // a
            bias[i] = shift[i] - (factor * mean[i]);
            for (var j = i * ofOneOutput; j < (i + 1) * ofOneOutput; j++)
            {
                weight[j] = factor * unfolded[j];
            }
        }

        return folded;
    }
}

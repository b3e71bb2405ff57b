namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>The weight of a layer in signed bytes: the byte q of output channel c stands for q · scale_c.</summary>
/// <param name="Codes">From −127 to 127, channel after channel.</param>
/// <param name="Scales">[out].</param>
internal sealed record ByteWeights(sbyte[] Codes, float[] Scales)
{
    private const float Smallest = 1e-20f; // of a scale: a channel may have no weight but zeros
    private const double LargestBias = 1 << 30;

    /// <summary>The nearest bytes, of a scale by which the largest weight of a channel becomes 127 or −127.</summary>
    /// <param name="weight">[out, …].</param>
    /// <param name="channels">out.</param>
    public static ByteWeights Of(ReadOnlySpan<float> weight, int channels)
    {
        var scales = new float[channels];
        var each = weight.Length / channels;
        for (var channel = 0; channel < channels; channel++)
        {
            scales[channel] = Scale(weight.Slice(channel * each, each));
        }

        return new(Rounded(weight, scales), scales);
    }

    /// <summary>
    /// As <see cref="Of(ReadOnlySpan{float}, int)"/>, for a layer whose bias is added in units of scale_c times its input's scale. Where a
    /// bias would be too large for 32 bits, since the channel's weights are tiny, the channel has a larger scale.
    /// </summary>
    /// <param name="weight">[out, …].</param>
    /// <param name="bias">[out].</param>
    /// <param name="input">The scale of the layer's input.</param>
    public static ByteWeights Of(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float input)
    {
        var scales = Of(weight, bias.Length).Scales;
        for (var channel = 0; channel < bias.Length; channel++)
        {
            scales[channel] = MathF.Max(scales[channel], (float)(Math.Abs(bias[channel]) / (input * LargestBias)));
        }

        return new(Rounded(weight, scales), scales);
    }

    /// <summary>The bias in units of the channel's scale times that of the input.</summary>
    public int[] Bias(ReadOnlySpan<float> bias, float input)
    {
        var units = new int[bias.Length];
        for (var channel = 0; channel < bias.Length; channel++)
        {
            units[channel] = (int)Math.Round(bias[channel] / ((double)Scales[channel] * input));
        }

        return units;
    }

    private static float Scale(ReadOnlySpan<float> row)
    {
        var largest = 0f;
        foreach (var value in row)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return MathF.Max(largest / sbyte.MaxValue, Smallest);
    }

    private static sbyte[] Rounded(ReadOnlySpan<float> weight, float[] scales)
    {
        var codes = new sbyte[weight.Length];
        var each = weight.Length / scales.Length;
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weight[i] / scales[i / each]), -sbyte.MaxValue, sbyte.MaxValue);
        }

        return codes;
    }
}

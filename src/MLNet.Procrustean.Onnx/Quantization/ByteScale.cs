namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>How a tensor's numbers become bytes: the byte q stands for (q − zero) · scale.</summary>
/// <param name="Scale">The distance of two neighbours, above 0.</param>
/// <param name="Zero">The byte that stands for 0, exactly.</param>
internal readonly record struct ByteScale(float Scale, byte Zero)
{
    private const float Smallest = 1e-20f; // so that products of scales are numbers too

    /// <summary>Bytes from 0 to 255 over a range, which is widened to hold 0: paddings and rectified numbers are zeros.</summary>
    public static ByteScale Of(float lowest, float highest)
    {
        (lowest, highest) = (MathF.Min(lowest, 0), MathF.Max(highest, 0));
        var scale = MathF.Max((highest - lowest) / byte.MaxValue, Smallest);
        return new(scale, (byte)MathF.Round(-lowest / scale));
    }

    /// <summary>The number that is left of a number.</summary>
    public float Rounded(float value) => (Math.Clamp(MathF.Round(value / Scale) + Zero, byte.MinValue, byte.MaxValue) - Zero) * Scale;
}

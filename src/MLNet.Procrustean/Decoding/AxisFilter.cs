using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.Decoding;

/// <summary>
/// The weights by which pixels along one axis mix into the pixels of the square: a triangle as wide as two pixels of the square (of the
/// image where it is enlarged). So shrinking averages all the pixels that it leaves out, and an unchanged size changes nothing.
/// </summary>
internal sealed class AxisFilter
{
    private readonly int stride;
    private readonly (int First, int Count)[] taps;
    private readonly float[] weights;

    /// <param name="layout">The axis, in pixels of the image.</param>
    /// <param name="scale">Decoded pixels per pixel of the image: less than 1 where the decoder has already shrunk it.</param>
    public AxisFilter(AxisLayout layout, double scale)
    {
        var start = layout.Start * scale;
        var end = (layout.Start + layout.Length) * scale;
        var step = (end - start) / layout.Count;
        var reach = Math.Max(step, 1);
        stride = (int)Math.Ceiling(2 * reach) + 1;
        taps = new (int, int)[layout.Count];
        weights = new float[layout.Count * stride];
        for (var i = 0; i < layout.Count; i++)
        {
            var center = start + (i + 0.5) * step;
            // Pixels outside the layout's window are not used, as if the image had been cropped before it is filtered.
            var first = (int)Math.Max(Math.Floor(start), Math.Floor(center - reach + 0.5));
            var past = (int)Math.Min(Math.Ceiling(end), Math.Ceiling(center + reach - 0.5));
            taps[i] = (first, past - first);
            Fill(weights.AsSpan(i * stride, past - first), center - first - 0.5, reach);
        }
    }

    /// <summary>The first decoded pixel that mixes into pixel <paramref name="index"/> of the filled part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int First(int index) => taps[index].First;

    /// <summary>The weights of that pixel and its followers; their sum is 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<float> Weights(int index) => weights.AsSpan(index * stride, taps[index].Count);

    private static void Fill(Span<float> weights, double peak, double reach)
    {
        var sum = 0f;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)(1 - Math.Abs(i - peak) / reach);
            sum += weights[i];
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= sum;
        }
    }
}

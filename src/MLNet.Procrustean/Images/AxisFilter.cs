namespace MLNet.Procrustean.Images;

/// <summary>
/// The weights by which pixels along one axis mix into the pixels of the square: a triangle as wide as two pixels of the square
/// (of the image where it is enlarged). So shrinking averages all that it leaves out, and an unchanged size changes nothing.
/// </summary>
internal sealed class AxisFilter
{
    private readonly int[] _firsts;
    private readonly float[][] _weights;

    /// <param name="layout">The axis, in pixels of the image.</param>
    /// <param name="scale">Decoded pixels per pixel of the image: less than 1 where the decoder has already shrunk it.</param>
    public AxisFilter(AxisLayout layout, double scale)
    {
        _firsts = new int[layout.Count];
        _weights = new float[layout.Count][];
        var start = layout.Start * scale;
        var end = (layout.Start + layout.Length) * scale;
        var step = (end - start) / layout.Count;
        var reach = Math.Max(step, 1);
        for (var i = 0; i < layout.Count; i++)
        {
            var center = start + (i + 0.5) * step;
            // Pixels outside the layout's window take no part: cropping first and filtering after must give the same.
            var first = (int)Math.Max(Math.Floor(start), Math.Floor(center - reach + 0.5));
            var last = (int)Math.Min(Math.Ceiling(end), Math.Ceiling(center + reach - 0.5)) - 1;
            var weights = Enumerable.Range(first, last - first + 1).Select(pixel => 1 - Math.Abs(pixel + 0.5 - center) / reach).ToArray();
            var sum = weights.Sum();
            _firsts[i] = first;
            _weights[i] = Array.ConvertAll(weights, weight => (float)(weight / sum));
        }
    }

    /// <summary>The first decoded pixel that mixes into pixel <paramref name="index"/> of the filled part.</summary>
    public int First(int index) => _firsts[index];

    /// <summary>The weights of that pixel and its followers; their sum is 1.</summary>
    public ReadOnlySpan<float> Weights(int index) => _weights[index];
}

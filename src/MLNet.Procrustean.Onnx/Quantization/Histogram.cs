namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>How often the numbers of a tensor fall into each of many narrow bins; its range grows with what is added.</summary>
internal sealed class Histogram
{
    private const int Half = 4096; // bins on each side of 0
    private readonly long[] counts = new long[2 * Half];
    private float width = 1f / (1 << 20); // of a bin, a power of two

    public float Lowest { get; private set; }

    public float Highest { get; private set; }

    /// <summary>The bins that are not empty, from the lowest: the number in the middle, and how many.</summary>
    public IEnumerable<(float Value, long Count)> Bins =>
        counts.Index().Where(bin => bin.Item > 0).Select(bin => ((bin.Index - Half + 0.5f) * width, bin.Item));

    /// <exception cref="InvalidOperationException">A number is not finite.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        var (lowest, highest) = (Lowest, Highest);
        foreach (var value in values)
        {
            lowest = MathF.Min(lowest, value); // NaN stays
            highest = MathF.Max(highest, value);
        }

        if (!float.IsFinite(highest - lowest))
        {
            throw new InvalidOperationException(
                "The network computes numbers that are not finite; its weights are damaged. Train it again."
            );
        }

        (Lowest, Highest) = (lowest, highest);
        while (MathF.Max(-lowest, highest) >= Half * width)
        {
            Double();
        }

        var perUnit = 1 / width;
        foreach (var value in values)
        {
            counts[Half + (int)MathF.Floor(value * perUnit)]++;
        }
    }

    // Two neighbours become one bin.
    private void Double()
    {
        for (var i = 0; i < Half / 2; i++)
        {
            var (up, down) = (Half + (2 * i), Half - 1 - (2 * i));
            (counts[Half + i], counts[Half - 1 - i]) = (counts[up] + counts[up + 1], counts[down] + counts[down - 1]);
        }

        counts.AsSpan(0, Half / 2).Clear();
        counts.AsSpan(Half + (Half / 2)).Clear();
        width *= 2;
    }
}

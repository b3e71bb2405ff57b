namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>Compares the probabilities of a file with those of single precision, image by image.</summary>
/// <param name="classes">The names of the classes, in the order of the probabilities.</param>
internal sealed class Comparison(IReadOnlyList<string> classes)
{
    private readonly Dictionary<string, int> places = classes.Index().ToDictionary(one => one.Item, one => one.Index);
    private readonly long[] counts = new long[classes.Count];
    private readonly long[] right = new long[classes.Count];
    private readonly long[] rightInSingle = new long[classes.Count];
    private long unlabelled;
    private long same;

    public long Images { get; private set; }

    public double SameClassShare => Images == 0 ? double.NaN : (double)same / Images;

    public double LargestDifference { get; private set; } = double.NaN;

    /// <summary>The mean over classes of the share that is recognised; NaN where an image has no label, or there is no image.</summary>
    public double MacroAccuracy => Macro(right);

    /// <summary>As <see cref="MacroAccuracy"/>, in single precision.</summary>
    public double Fp32MacroAccuracy => Macro(rightInSingle);

    /// <summary>Whether a label is the name of a class.</summary>
    public bool Knows(string? label) => label is not null && places.ContainsKey(label);

    public void Add(float[] single, float[] file, string? label)
    {
        Images++;
        LargestDifference = single.Zip(file, (p, q) => (double)MathF.Abs(p - q)).Append(Images == 1 ? 0 : LargestDifference).Max();
        var (expected, found) = (Largest(single), Largest(file));
        same += expected == found ? 1 : 0;
        if (label is null || !places.TryGetValue(label, out var place))
        {
            unlabelled++;
            return;
        }

        counts[place]++;
        right[place] += found == place ? 1 : 0;
        rightInSingle[place] += expected == place ? 1 : 0;
    }

    private double Macro(long[] recognised) =>
        unlabelled > 0 || Images == 0
            ? double.NaN
            : recognised.Zip(counts).Where(one => one.Second > 0).Average(one => (double)one.First / one.Second);

    private static int Largest(float[] probabilities) => Array.IndexOf(probabilities, probabilities.Max()); // the first, as in scoring
}

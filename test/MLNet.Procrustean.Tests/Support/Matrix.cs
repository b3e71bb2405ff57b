using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Rows of numbers, for loops in tests and as tensors.</summary>
internal static class Matrix
{
    public static double[][] Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => (4 * random.NextDouble()) - 2).ToArray()),
        ];
    }

    /// <summary>float64, [rows, columns].</summary>
    public static Tensor Of(double[][] rows) => tensor(rows.SelectMany(row => row).ToArray()).reshape(rows.Length, rows[0].Length);

    public static Tensor Labels(params long[] labels) => tensor(labels);

    public static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    public static double Length(double[] a) => Math.Sqrt(Dot(a, a));

    public static double Distance(double[] a, double[] b) => Length([.. a.Zip(b, (x, y) => x - y)]);

    public static double[] Mean(IReadOnlyList<double[]> rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(d => rows.Average(row => row[d]))];

    /// <summary>W h + b.</summary>
    public static double[] Logits(double[] h, double[][] weight, double[] bias) => [.. weight.Zip(bias, (w, b) => Dot(w, h) + b)];

    public static int ArgMax(double[] values) => Array.IndexOf(values, values.Max());
}

using static TorchSharp.torch;

namespace MLNet.Procrustean.Numerics;

/// <summary>
/// Draws from the symmetric beta distribution. TorchSharp's own draws from the global generator, whatever generator it is given.
/// </summary>
internal static class BetaDistribution
{
    /// <summary>One number from 0 to 1, from Beta(α, α).</summary>
    /// <remarks>
    /// G/(G + G') of two gamma variables, in logarithms, since those of a small α can be too small for a double. The gamma variables are
    /// drawn as in Marsaglia, Tsang, "A simple method for generating gamma variables", ACM Transactions on Mathematical Software 26 (2000).
    /// </remarks>
    public static double Draw(double alpha, Generator generator)
    {
        using var seed = randint(int.MaxValue, [1], generator: generator);
        var random = new Random((int)seed.item<long>());
        return 1 / (1 + Math.Exp(LogGamma(alpha, random) - LogGamma(alpha, random)));
    }

    // For a < 1 the method draws for a + 1 and multiplies by u^(1/a).
    private static double LogGamma(double a, Random random) =>
        a < 1 ? LogGamma(a + 1, random) + (Math.Log(1 - random.NextDouble()) / a) : LogGammaFromOne(a - (1 / 3.0), random);

    private static double LogGammaFromOne(double d, Random random)
    {
        while (true)
        {
            var x = Normal(random);
            var v = Math.Pow(1 + (x / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return Math.Log(d * v);
            }
        }
    }

    // Box and Muller's transformation.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

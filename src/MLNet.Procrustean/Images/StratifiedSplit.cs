namespace MLNet.Procrustean.Images;

/// <summary>Divides rows in two so that each class is on both sides.</summary>
internal static class StratifiedSplit
{
    /// <summary>Chooses a share of the rows of each class at random.</summary>
    /// <remarks>
    /// Of n rows of a class it chooses fraction·n, rounded, but at least 1 and at most n − 1. Each row draws a number, in row
    /// order, and a class gives those with the smallest: the choice does not depend on how classes are named or numbered.
    /// </remarks>
    /// <param name="labels">The class of each row.</param>
    /// <param name="fraction">The share to choose: more than 0 and less than 1.</param>
    /// <param name="seed">The seed; the same one gives the same rows on every platform.</param>
    /// <returns>For each row, whether it is chosen.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range.</exception>
    /// <exception cref="ArgumentException">A class has one row only.</exception>
    public static bool[] Choose<TLabel>(IReadOnlyList<TLabel> labels, double fraction, int seed)
        where TLabel : notnull
    {
        if (fraction is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction must be more than 0 and less than 1.");
        }

        var random = new Random(seed);
        var draws = labels.Select(_ => random.NextDouble()).ToArray();
        var chosen = new bool[labels.Count];
        foreach (var rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]))
        {
            foreach (var row in rows.OrderBy(row => draws[row]).Take(NumberToChoose(rows.Key, rows.Count(), fraction)))
            {
                chosen[row] = true;
            }
        }

        return chosen;
    }

    private static int NumberToChoose<TLabel>(TLabel label, int rows, double fraction) => rows >= 2
        ? Math.Clamp((int)Math.Round(fraction * rows, MidpointRounding.AwayFromZero), 1, rows - 1)
        : throw new ArgumentException($"Class '{label}' has one row only; to be on both sides of a split it takes two.");
}

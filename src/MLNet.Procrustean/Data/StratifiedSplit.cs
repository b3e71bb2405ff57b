namespace MLNet.Procrustean.Data;

/// <summary>Divides rows in two so that each class is on both sides.</summary>
internal static class StratifiedSplit
{
    /// <summary>Chooses a share of the rows of each class at random.</summary>
    /// <remarks>
    /// Of n rows of a class it chooses fraction·n, rounded, but at least 1 and at most n − 1, as <see cref="RandomRows"/> does.
    /// </remarks>
    /// <param name="labels">The class of each row.</param>
    /// <param name="fraction">The share to choose: more than 0 and less than 1.</param>
    /// <param name="seed">The seed; the same one gives the same rows on every platform.</param>
    /// <returns>For each row, whether it is chosen.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range.</exception>
    /// <exception cref="ArgumentException">A class has only one row.</exception>
    public static bool[] Choose<TLabel>(IReadOnlyList<TLabel> labels, double fraction, int seed)
        where TLabel : notnull
    {
        if (fraction is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction must be more than 0 and less than 1.");
        }

        return RandomRows.Choose(labels, (label, rows) => NumberToChoose(label, rows, fraction), seed);
    }

    private static int NumberToChoose<TLabel>(TLabel label, int rows, double fraction) =>
        rows >= 2
            ? Math.Clamp((int)Math.Round(fraction * rows, MidpointRounding.AwayFromZero), 1, rows - 1)
            : throw new ArgumentException($"Class '{label}' has only one row; to be on both sides of a split it needs two.");
}

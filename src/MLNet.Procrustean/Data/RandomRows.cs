namespace MLNet.Procrustean.Data;

/// <summary>Chooses rows of each class at random.</summary>
internal static class RandomRows
{
    /// <summary>Chooses a number of rows of each class.</summary>
    /// <remarks>
    /// Each row draws a random number, in row order, and the rows of a class with the smallest numbers are chosen: the choice does not
    /// depend on how classes are named or numbered.
    /// </remarks>
    /// <param name="labels">The class of each row.</param>
    /// <param name="number">How many to choose, by the class and how many rows it has.</param>
    /// <param name="seed">The seed; the same one gives the same rows on every platform.</param>
    /// <returns>For each row, whether it is chosen.</returns>
    public static bool[] Choose<TLabel>(IReadOnlyList<TLabel> labels, Func<TLabel, int, int> number, int seed)
        where TLabel : notnull
    {
        var random = new Random(seed);
        var draws = labels.Select(_ => random.NextDouble()).ToArray();
        var chosen = new bool[labels.Count];
        foreach (var rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]))
        {
            foreach (var row in rows.OrderBy(row => draws[row]).Take(number(rows.Key, rows.Count())))
            {
                chosen[row] = true;
            }
        }

        return chosen;
    }
}

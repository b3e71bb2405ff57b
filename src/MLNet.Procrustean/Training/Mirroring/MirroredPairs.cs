namespace MLNet.Procrustean.Training.Mirroring;

/// <summary>Which classes are each other's mirror image, by what a classifier takes their images for.</summary>
internal static class MirroredPairs
{
    private const double LeastShare = 0.25;
    private const double LeastDeviations = 3;

    /// <summary>
    /// The pairs (i, j), i before j, for which mirrored images of each of the two are taken for the other one much more often than the same
    /// images as they are.
    /// </summary>
    /// <remarks>
    /// Where u_ij of the n_i images of class i are taken for j as they are, and m_ij mirrored, both (m_ij − u_ij) / n_i and
    /// (m_ji − u_ji) / n_j are at least 0.25, and m − u, summed over the two, is at least 3 · √(m + u): three times its deviation if
    /// mirroring changed nothing. Both directions count: the mirror image of a shoe that all photos show from one side may be taken for a
    /// bag, but the mirror image of a bag is a bag.
    /// </remarks>
    /// <param name="asTheyAre">u, [C, C]; the diagonal is what is classified correctly.</param>
    /// <param name="mirrored">m, [C, C], of the same images.</param>
    public static IEnumerable<(int First, int Second)> Among(long[,] asTheyAre, long[,] mirrored)
    {
        var classes = Enumerable.Range(0, asTheyAre.GetLength(0)).ToArray();
        var counts = classes.Select(of => classes.Sum(to => asTheyAre[of, to])).ToArray();
        return from first in classes
            from second in classes.Where(second => second > first)
            where More(first, second) >= LeastShare * counts[first] && More(second, first) >= LeastShare * counts[second]
            let all = asTheyAre[first, second] + asTheyAre[second, first] + mirrored[first, second] + mirrored[second, first]
            where all > 0 && More(first, second) + More(second, first) >= LeastDeviations * Math.Sqrt(all)
            select (first, second);

        long More(int of, int to) => mirrored[of, to] - asTheyAre[of, to];
    }
}

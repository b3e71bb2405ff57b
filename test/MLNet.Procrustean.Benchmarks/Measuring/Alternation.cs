namespace MLNet.Procrustean.Benchmarks.Measuring;

/// <summary>One of the things compared.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Block">A few seconds of work; returns a figure, such as images per second.</param>
internal sealed record Contender(string Name, Func<double> Block);

/// <summary>The figures of one contender, one for each round.</summary>
internal sealed record Measurement(string Name, IReadOnlyList<double> Figures)
{
    public double Median => MedianOf(Figures);

    /// <summary>
    /// The median of the ratios to another contender, each taken within one round, in which the machine was equally busy for both.
    /// </summary>
    public double RatioTo(Measurement other) => MedianOf(Figures.Zip(other.Figures, (mine, its) => mine / its));

    public static double MedianOf(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Runs contenders in turns.</summary>
internal static class Alternation
{
    /// <summary>One block of each contender per round; each round begins with another one.</summary>
    /// <param name="contenders">At least one.</param>
    /// <param name="sizes">How many rounds count.</param>
    /// <param name="warmUp">
    /// Whether an extra round is run first and not counted. Contenders that warm up by themselves do not need it, and it is left out where
    /// the figures mean nothing.
    /// </param>
    public static List<Measurement> Run(IReadOnlyList<Contender> contenders, Sizes sizes, bool warmUp = true)
    {
        var blocks = sizes.Blocks;
        var figures = contenders.Select(_ => new double[blocks]).ToArray();
        for (var round = warmUp && !sizes.Tiny ? -1 : 0; round < blocks; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                var index = (turn + Math.Max(round, 0)) % contenders.Count;
                GC.Collect(); // so that no contender pays for the garbage of others
                GC.WaitForPendingFinalizers();
                var figure = contenders[index].Block();
                Console.Error.WriteLine(
                    FormattableString.Invariant(
                        $"{(round < 0 ? "warm-up" : $"round {round + 1} of {blocks}")}, {contenders[index].Name}: {figure:G4}"
                    )
                );
                if (round >= 0)
                {
                    figures[index][round] = figure;
                }
            }
        }

        return [.. contenders.Select((contender, index) => new Measurement(contender.Name, figures[index]))];
    }
}

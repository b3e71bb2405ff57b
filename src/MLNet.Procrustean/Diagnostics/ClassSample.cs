using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>Draws a few rows of each class.</summary>
internal static class ClassSample
{
    /// <summary>The first rows of each class in a random order of all; the choice does not depend on how classes are numbered.</summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="perClass">The most rows of a class.</param>
    /// <param name="random">Draws the order.</param>
    /// <returns>The rows, ascending.</returns>
    public static long[] Draw(IReadOnlyList<long> labels, int perClass, Generator random)
    {
        using var order = randperm(labels.Count, int64, generator: random);
        var taken = new Dictionary<long, int>();
        return
        [
            .. order
                .data<long>()
                .ToArray()
                .Where(row => (taken[labels[(int)row]] = taken.GetValueOrDefault(labels[(int)row]) + 1) <= perClass)
                .Order(),
        ];
    }
}

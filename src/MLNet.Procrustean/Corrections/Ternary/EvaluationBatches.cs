using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>
/// The batches that the objective is computed on, one after the other: equally many images of each class, as far as it has enough.
/// </summary>
/// <param name="labels">y of all images.</param>
/// <param name="size">
/// The most images of a batch, if that is at least one of each class; where there are no more, each batch has all of them.
/// </param>
/// <param name="seed">Draws the images.</param>
internal sealed class EvaluationBatches(int[] labels, int size, int seed)
{
    private readonly long[] wide = [.. labels.Select(label => (long)label)];

    /// <summary>The rows of a batch, [B], ascending.</summary>
    /// <param name="number">Of the batch, from 0.</param>
    public long[] Draw(int number)
    {
        if (labels.Length <= size)
        {
            return [.. Enumerable.Range(0, labels.Length).Select(row => (long)row)];
        }

        using var random = RandomStream.Diagnostics.Generator(seed, epoch: number + 1); // 0 has drawn the images
        return ClassSample.Draw(wide, Math.Max(1, size / labels.Distinct().Count()), random);
    }
}

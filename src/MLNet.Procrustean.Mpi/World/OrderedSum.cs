using System.Numerics.Tensors;

namespace MLNet.Procrustean.Mpi.World;

/// <summary>The sum over processes in the one order that <see cref="IReplicas"/> promises.</summary>
internal static class OrderedSum
{
    /// <summary>
    /// Adds <paramref name="count"/> vectors that lie one after the other, by a balanced binary tree; the first one is then the sum.
    /// </summary>
    /// <remarks>
    /// For four: (v₀ + v₁) + (v₂ + v₃). A library's own reduction chooses its order by size and number of processes, and the last bits with
    /// it.
    /// </remarks>
    /// <param name="vectors">[count, length]; overwritten.</param>
    /// <param name="count">Of vectors.</param>
    /// <param name="length">Of each.</param>
    public static void Reduce(Span<float> vectors, int count, int length)
    {
        for (var distance = 1; distance < count; distance *= 2)
        {
            for (var i = 0; i + distance < count; i += 2 * distance)
            {
                var sum = vectors.Slice(i * length, length);
                TensorPrimitives.Add(sum, vectors.Slice((i + distance) * length, length), sum);
            }
        }
    }
}

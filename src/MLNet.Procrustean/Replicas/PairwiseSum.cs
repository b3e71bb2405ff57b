using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Replicas;

/// <summary>
/// A sum in the order of a balanced binary tree: neighbours are added in pairs, and their sums again; the last one of an odd number is
/// passed on. It is the order of <see cref="IReplicas.Sum"/>.
/// </summary>
/// <remarks>Of n terms log₂ n + 1 at most are kept at a time.</remarks>
internal sealed class PairwiseSum
{
    private readonly Stack<(Tensor Sum, int Terms)> open = new();

    /// <summary>Adds a term, which now belongs to this and is changed; it must outlive the dispose scope of its making.</summary>
    public void Add(Tensor term)
    {
        var (sum, terms) = (term, 1);
        while (open.TryPeek(out var last) && last.Terms == terms)
        {
            (sum, terms) = (Added(open.Pop().Sum, sum), 2 * terms);
        }

        open.Push((sum, terms));
    }

    /// <summary>The sum of all terms, of which there is at least one.</summary>
    public Tensor Total()
    {
        var sum = open.Pop().Sum;
        while (open.TryPop(out var before))
        {
            sum = Added(before.Sum, sum);
        }

        return sum;
    }

    private static Tensor Added(Tensor before, Tensor after)
    {
        before.PlusInPlace(after);
        after.Dispose();
        return before;
    }
}

using MLNet.Procrustean.Mpi.World;
using MpiRank;

namespace MLNet.Procrustean.Programs.Tests.Mpi;

public sealed class OrderedSumTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    [TestCase(8)]
    public void Reduce_OfVectors_AddsNeighboursThenTheirSums(int count)
    {
        const int Length = 37;
        var terms = Enumerable.Range(0, count).Select(rank => RankValues.Floats(rank, Length)).ToList();
        var vectors = terms.SelectMany(term => term).ToArray();

        OrderedSum.Reduce(vectors, count, Length);

        Assert.That(vectors[..Length], Is.EqualTo(Expected(terms)));
    }

    [Test]
    public void Reduce_OfFour_IsNotTheSumInARow()
    {
        float[] vectors = [1e8f, 1, -1e8f, 1]; // in a row: 1e8 + 1 is 1e8, and so the sum is 1

        OrderedSum.Reduce(vectors, 4, 1);

        Assert.That(vectors[0], Is.Zero);
    }

    /// <summary>The sum in the order that <see cref="IReplicas"/> promises.</summary>
    internal static float[] Expected(List<float[]> terms)
    {
        while (terms.Count > 1)
        {
            var sums = new List<float[]>();
            for (var i = 0; i < terms.Count; i += 2)
            {
                sums.Add(i + 1 == terms.Count ? terms[i] : [.. terms[i].Zip(terms[i + 1], (one, other) => one + other)]);
            }

            terms = sums;
        }

        return terms[0];
    }
}

using MLNet.Procrustean.Replicas;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Replicas;

public sealed class PairwiseSumTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    [TestCase(8)]
    [TestCase(13)]
    public void Total_Terms_HasTheOrderOfABalancedTree(int terms)
    {
        using var scope = NewDisposeScope();
        var random = new Random(terms);
        var values = Enumerable
            .Range(0, terms)
            .Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 5))))
            .ToArray();
        var sum = new PairwiseSum();
        foreach (var value in values)
        {
            sum.Add(tensor(new[] { value }));
        }

        Assert.That(sum.Total().data<float>()[0], Is.EqualTo(Tree(values)));
    }

    [Test]
    public void Total_OfBlocks_IsThatOfTheirTerms()
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        var values = Enumerable.Range(0, 8).Select(_ => (float)random.NextDouble()).ToArray();
        foreach (var size in new[] { 1, 2, 4, 8 })
        {
            Assert.That(Sum([.. values.Chunk(size).Select(Sum)]), Is.EqualTo(Tree(values)), $"blocks of {size}");
        }

        static float Sum(float[] terms)
        {
            var sum = new PairwiseSum();
            Array.ForEach(terms, term => sum.Add(tensor(new[] { term })));
            return sum.Total().data<float>()[0];
        }
    }

    private static float Tree(float[] values) =>
        values.Length == 1 ? values[0] : Tree([.. values.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : pair[0] + pair[1])]);
}

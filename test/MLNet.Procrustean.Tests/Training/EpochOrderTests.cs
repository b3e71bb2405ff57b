using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class EpochOrderTests
{
    [Test]
    public void Sample_NoWeights_HasEachImageOnce()
    {
        using var scope = NewDisposeScope();
        var order = EpochOrder.Sample(zeros(9, ScalarType.Int64), samplingWeights: null, new Generator(1)).data<long>().ToArray();
        Assert.That(order, Is.EquivalentTo(Enumerable.Range(0, 9)).And.Not.Ordered);
    }

    [Test]
    public void Sample_Weights_DrawsEachClassAndEachImageAsOftenAsItsShareToWithinOne([Values(1, 2, 3)] int seed)
    {
        using var scope = NewDisposeScope();
        long[] counts = [4000, 1000, 30, 7, 1000];
        double[] weights = [1, 4, 25, 160.5, 0];
        var labels = ToyImages.Labels(counts);
        var drawn = Sample(labels, weights, seed);
        var step = counts.Zip(weights, (count, weight) => count * weight).Sum() / labels.Length;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(drawn, Has.Length.EqualTo(labels.Length));
            for (var c = 0; c < counts.Length; c++)
            {
                var expected = weights[c] / step;
                var ofClass = drawn.Where(row => labels[row] == c).ToList();
                Assert.That(ofClass, Has.Count.EqualTo(counts[c] * expected).Within(1), $"class {c}");
                var times = ofClass.CountBy(row => row).ToDictionary();
                var most = times.Values.DefaultIfEmpty(0).Max();
                var least = times.Count < counts[c] ? 0 : times.Values.Min();
                Assert.That(most, Is.LessThanOrEqualTo((int)Math.Ceiling(expected)), $"image of class {c}");
                Assert.That(least, Is.GreaterThanOrEqualTo((int)expected), $"image of class {c}");
            }
        }
    }

    [Test]
    public void Sample_ManyEpochs_DrawEachImageInProportionToItsWeight()
    {
        using var scope = NewDisposeScope();
        var labels = ToyImages.Labels([6, 3, 1]);
        var random = new Generator(1);
        var times = new int[labels.Length];
        for (var epoch = 0; epoch < 4000; epoch++)
        {
            foreach (var row in Sample(labels, [1, 2.5, 3], random))
            {
                times[row]++;
            }
        }

        // 10 images, of the weights 6 · 1 + 3 · 2.5 + 1 · 3 = 16.5 together; 4000 · 10 / 16.5 = 2424 for a weight of 1.
        int[] expected = [2424, 6061, 7273];
        Assert.That(times, Is.EqualTo(labels.Select(label => expected[label])).Within(130));
    }

    [Test]
    public void Sample_WeightsThatAreNextToNothing_DrawTheOthers()
    {
        using var scope = NewDisposeScope();
        var drawn = Sample(ToyImages.Labels([1, 6, 1]), [1e-30, 1, 1e-30], seed: 2);
        Assert.That(drawn, Is.SupersetOf(Enumerable.Range(1, 6)).And.Length.EqualTo(8));
    }

    [Test]
    public void Sample_EqualWeights_HaveEachImageOnce()
    {
        using var scope = NewDisposeScope();
        var drawn = Sample(ToyImages.Labels([5, 9, 2]), [0.3, 0.3, 0.3], seed: 4);
        Assert.That(drawn, Is.EquivalentTo(Enumerable.Range(0, 16)));
    }

    [Test]
    public void Sample_Weights_GiveEachBatchItsShareOfEachClass()
    {
        using var scope = NewDisposeScope();
        var labels = ToyImages.Labels([900, 90, 10]);
        var drawn = Sample(labels, [1, 5, 45], seed: 1); // 900 : 450 : 450 of 1800, for 1000 draws
        using (Assert.EnterMultipleScope())
        {
            foreach (var batch in drawn.Chunk(50))
            {
                double[] shares = [25, 12.5, 12.5];
                Assert.That(shares.Select((_, c) => batch.Count(row => labels[row] == c)), Is.EqualTo(shares).Within(2));
            }
        }
    }

    [Test]
    public void Sample_Weights_RepeatNoImageBeforeAllOfItsClassCame()
    {
        using var scope = NewDisposeScope();
        var labels = ToyImages.Labels([200, 7]);
        var rare = Sample(labels, [1, 20], seed: 1).Where(row => labels[row] == 1).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rare, Has.Count.EqualTo(85).Within(1)); // 207 · 140 / 340
            Assert.That(rare.Chunk(7).SkipLast(1), Is.All.EquivalentTo(Enumerable.Range(200, 7)));
            Assert.That(rare.Take(7), Is.Not.EqualTo(rare.Skip(7).Take(7)), "another order each time");
        }
    }

    [Test]
    public void Sample_ClassesNumberedOtherwise_DrawsTheSameImages()
    {
        using var scope = NewDisposeScope();
        var labels = ToyImages.Labels([20, 9, 3]);
        var renamed = labels.Select(label => 2 - label).ToArray();
        Assert.That(Sample(renamed, [8, 3, 1], seed: 5), Is.EqualTo(Sample(labels, [1, 3, 8], seed: 5)));
    }

    [TestCase(17, 8, new[] { 8, 9 })]
    [TestCase(16, 8, new[] { 8, 8 })]
    [TestCase(18, 8, new[] { 8, 8, 2 })]
    [TestCase(3, 8, new[] { 3 })]
    public void Batches_Images_HaveNoBatchOfOne(int images, int batchSize, int[] sizes)
    {
        using var scope = NewDisposeScope();
        var batches = EpochOrder.Batches(arange(images, int64), batchSize);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batches.Select(batch => (int)batch.shape[0]), Is.EqualTo(sizes));
            Assert.That(batches.SelectMany(batch => batch.data<long>().ToArray()), Is.EqualTo(Enumerable.Range(0, images)));
        }
    }

    private static int[] Sample(long[] labels, double[] weights, int seed) => Sample(labels, weights, new Generator((ulong)seed));

    private static int[] Sample(long[] labels, double[] weights, Generator random)
    {
        using var scope = NewDisposeScope();
        return [.. EpochOrder.Sample(tensor(labels), tensor(weights, float32), random).data<long>().Select(row => (int)row)];
    }
}

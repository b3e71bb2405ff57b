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
    public void Sample_Weights_DrawsEachImageInProportionToItsClass()
    {
        using var scope = NewDisposeScope();
        var labels = tensor(
            Enumerable
                .Range(0, 6000)
                .Select(row =>
                    row < 4000 ? 0L
                    : row < 5000 ? 1
                    : 2
                )
                .ToArray()
        );
        var rows = EpochOrder.Sample(labels, tensor(new float[] { 1, 4, 0 }), new Generator(1)).data<long>().ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Has.Length.EqualTo(6000));
            Assert.That(rows.Count(row => row < 4000), Is.EqualTo(3000).Within(160)); // 4000 · 1 against 1000 · 4, four standard deviations
            Assert.That(rows.Count(row => row >= 5000), Is.Zero);
        }
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
}
